/**
 * The port of a channel: a place where people write and read.
 *
 * A channel authenticates: the person in an `Inbound` is the one whom the platform vouches for, mapped to a person of
 * the configuration, or null for a stranger. Core never believes anything about identity that stands in a text.
 */
import { z } from 'zod';
import type { Card } from './card.ts';
import { verbs } from './escalation.ts';
import { jsonValue } from './json.ts';

/** What came in. `key` is the platform's own id of the update: the same key is the same update. */
export const inbound = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('task'),
    key: z.string(),
    person: z.string().nullable(),
    conversation: z.string(),
    text: z.string(),
  }),
  z.strictObject({
    kind: z.literal('vote'),
    key: z.string(),
    person: z.string().nullable(),
    conversation: z.string(),
    code: z.string(),
    verb: z.enum(verbs),
    value: jsonValue.optional(),
  }),
  z.strictObject({
    kind: z.literal('cancel'),
    key: z.string(),
    person: z.string().nullable(),
    conversation: z.string(),
    run: z.string(),
  }),
]);
export type Inbound = z.infer<typeof inbound>;

/** The answer to an inbound update: what the person is told at once. */
export type Receipt = { key: string; outcome: string; run: string | null };

/**
 * How a send ended.
 * - `sent`: the platform has it; `message` edits it later.
 * - `unknown`: it may have arrived.
 * - `later`: the platform asks to wait; nothing arrived.
 * - `gone`: this address will never take it.
 */
export type SendResult =
  | { state: 'sent'; message: string }
  | { state: 'unknown' }
  | { state: 'later'; retryAfterMs: number }
  | { state: 'gone'; why: string };

export interface Channel {
  /** The prefix of its addresses, e.g. `memory` in `memory:room`. */
  readonly name: string;
  /** Shows a card in a conversation; with `message` it replaces what that message showed. Never throws. */
  send(post: { conversation: string; card: Card; message: string | null }): Promise<SendResult>;
  /** Begins to hand in updates; each is durable before `receive` resolves, so only then may the platform be told. */
  start(receive: (update: Inbound) => Promise<Receipt>): Promise<void>;
  stop(): Promise<void>;
}
