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
import { maxTaskCharacters } from './task.ts';

const key = z.string().min(1).max(200);
const person = z.string().max(100).nullable();
const conversation = z.string().max(200);

/** What came in. `key` is the platform's own id of the update: the same key is the same update. */
export const inbound = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('task'),
    key,
    person,
    conversation,
    /** One more than a task may have: who wrote more is told so, and it is not kept. */
    text: z.string().max(maxTaskCharacters + 1),
  }),
  z.strictObject({
    kind: z.literal('vote'),
    key,
    person,
    conversation,
    code: z.string().max(40),
    verb: z.enum(verbs),
    value: jsonValue.optional(),
  }),
  z.strictObject({
    kind: z.literal('cancel'),
    key,
    person,
    conversation,
    run: z.string().max(100),
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
