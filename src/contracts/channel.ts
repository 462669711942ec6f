/**
 * The port of a channel: a place where people write and read.
 *
 * A channel authenticates: the person in an `Inbound` is the one whom the platform vouches for, mapped to a person of
 * the configuration, or null for a stranger. Core never believes anything about identity that stands in a text.
 */
import { z } from 'zod';
import type { Card } from './card.ts';
import { type Verb, verbs } from './escalation.ts';
import type { Field } from './form.ts';
import { type Json, jsonValue } from './json.ts';
import { maxTaskCharacters } from './task.ts';

const key = z.string().min(1).max(200);
const conversation = z.string().max(200);
/**
 * What every update says of its sender: the person of the configuration, or null; the platform's own id of them; and
 * how the platform says they read.
 */
const sender = {
  person: z.string().max(100).nullable(),
  account: z.string().max(90).optional(),
  language: z.enum(['en', 'ru']).optional(),
};
/** One more than a task may have: who wrote more is told so, and it is not kept. */
const text = z.string().max(maxTaskCharacters + 1);
const code = z.string().max(40);
const verb = z.enum(verbs);

/** What came in. `key` is the platform's own id of the update: the same key is the same update. */
export const inbound = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('task'), key, ...sender, conversation, text }),
  z.strictObject({
    kind: z.literal('vote'),
    key,
    ...sender,
    conversation,
    code,
    verb,
    value: jsonValue.optional(),
  }),
  z.strictObject({ kind: z.literal('cancel'), key, ...sender, conversation, run: z.string().max(100) }),
  /**
   * Something was written to Baton, and it is for core to say what it is: a verb, an answer, or a task. `about` is the
   * message that it replies to; `inThread` says that the conversation is a thread, of which `about` may be the root: if
   * a run lives there, it begins none.
   */
  z.strictObject({
    kind: z.literal('said'),
    key,
    ...sender,
    conversation,
    text,
    about: z.string().max(100).nullable(),
    inThread: z.boolean(),
  }),
  /** A button. One that carries a value asks for it, field by field. */
  z.strictObject({ kind: z.literal('press'), key, ...sender, conversation, code, verb }),
  /** A whole form, as it was typed: a text a field; null where the field stays as it is, however long that may be. */
  z.strictObject({
    kind: z.literal('filled'),
    key,
    ...sender,
    conversation,
    code,
    verb,
    typed: z.array(z.string().max(10_000).nullable()).max(100),
  }),
  /** A message was changed after it was sent. `of` is the key that it had. */
  z.strictObject({ kind: z.literal('revised'), key, ...sender, conversation, of: key, text }),
]);
export type Inbound = z.infer<typeof inbound>;

/** One question about one field, for channels that ask in the conversation: the reply to it is the field's value. */
export interface Prompt {
  dialog: string;
  card: Card;
  /** What stands in the empty field; at most 64 characters. */
  placeholder: string;
}

/** What the person is answered. All texts are in their language, and untrusted: a channel escapes them. */
export interface Reply {
  /** The outcome in a sentence of at most 200 characters. */
  line: string;
  card?: Card;
  file?: { name: string; text: string };
  prompt?: Prompt;
  /** What does not fit, by the number of the field. */
  wrong?: { field: number; problem: string }[];
}

/** The answer to an inbound update: what the person is told at once. */
export type Receipt = { key: string; outcome: string; run: string | null; reply?: Reply };

/** The fields of a value, for channels that show a whole form. */
export interface FormView {
  title: string;
  fields: readonly (Field & { choices: readonly string[] | null; optional: boolean })[];
}

/** What concerns one person: their open questions and what runs. */
export interface HomeView {
  title: string;
  waiting: readonly { code: string; run: string; title: string }[];
  nothingWaits: string;
  running: readonly { run: string; title: string; status: string }[];
  nothingRuns: string;
  headings: { waiting: string; running: string; open: string };
}

/** What a channel reads its updates by: where it stands, and whether it may. Milliseconds. */
export type Cursor = { epoch: number; position: number; idleMs: number } | { heldForMs: number };

/** What a channel asks of Baton. */
export interface Hall {
  /**
   * Takes an update; it is durable before this resolves, so only then may the platform be told. `onKept` is called as
   * soon as it is, for whoever cannot wait for what comes of it.
   */
  receive(update: Inbound, told?: { onKept: () => void }): Promise<Receipt>;
  /** The right to read the updates of an account of the platform, held by one process at a time. */
  takeCursor(account: string, holder: string, leaseMs: number): Promise<Cursor>;
  dropCursor(account: string, holder: string): Promise<void>;
  /**
   * Keeps a batch and moves the cursor, in one transaction; false when another process reads by now, and nothing was
   * kept. What cannot be read is kept as it came, and stops nothing. Handling begins afterwards, by `receive`.
   */
  keep(
    cursor: { account: string; holder: string; epoch: number; position: number },
    updates: readonly Inbound[],
    unreadable: readonly { key: string; body: Json }[],
  ): Promise<boolean>;
  /** How this person gives the value of a verb; null when the question is closed, or not theirs. */
  form(code: string, verb: Verb, person: string): Promise<FormView | null>;
  /** A prompt stands in the conversation, as this message. */
  prompted(dialog: string, conversation: string, message: string): Promise<void>;
  /** A conversation has moved to another address. What lives in it keeps the one under which it began. */
  moved(from: string, to: string): Promise<void>;
  /** The address under which what is here began; this one, when it never moved. */
  homeOf(address: string): Promise<string>;
  home(person: string, language: 'en' | 'ru'): Promise<HomeView>;
  /**
   * Shows an open question that this person may decide once more, at the end of a conversation of theirs: a card as any
   * other, which ends as all of the question do. False when it is closed, or not theirs.
   */
  show(code: string, person: string, conversation: string): Promise<boolean>;
  /** Whose account of this channel it is; null for a stranger. */
  personOf(account: string): string | null;
  /** Who a stranger is in a conversation where anybody may begin tasks; null anywhere else. */
  guest(account: string, conversation: string): string | null;
}

/**
 * How a send ended.
 * - `sent`: the platform has it; `message` edits it later.
 * - `unknown`: it may have arrived.
 * - `later`: the platform asks to wait; nothing arrived. `bucket` is what has to wait, when it is more or less than
 *   this conversation.
 * - `gone`: this address will never take it.
 * - `lost`: the message to edit is not there any more; a new one takes its place.
 */
export type SendResult =
  | { state: 'sent'; message: string }
  | { state: 'unknown' }
  | { state: 'later'; retryAfterMs: number; bucket?: Bucket }
  | { state: 'gone'; why: string }
  | { state: 'lost' };

/** Sends that share a limit: those to an address and whatever lies below it, of one kind. */
export interface Bucket {
  /**
   * `slack:T1`, `telegram:-100`; a conversation is in it when it is this or begins with this and a slash. The name of a
   * channel alone is the channel as a whole.
   */
  address: string;
  of: 'new' | 'edit' | 'any';
}

/** So many at once, and one more each `everyMs`. */
export interface Limit extends Bucket {
  burst: number;
  everyMs: number;
}

/** A post on its way: `message` null makes a new message, else it replaces what that one shows. */
export interface Post {
  conversation: string;
  card: Card;
  message: string | null;
}

export interface Channel {
  /** The prefix of its addresses, e.g. `memory` in `memory:room`. */
  readonly name: string;
  /** Shows a card in a conversation. Never throws. */
  send(post: Post): Promise<SendResult>;
  /** The limits that a send counts against. Default: none. */
  limits?(post: Pick<Post, 'conversation' | 'message'>): readonly Limit[];
  /** The chat that a conversation is a part of, as a thread is. Default: each is a chat of its own. */
  chatOf?(conversation: string): string;
  /** Begins to hand in updates. Rejects for what an operator must mend; a platform that is away is waited for. */
  start(hall: Hall): Promise<void>;
  stop(): Promise<void>;
  /** How it is, for those who watch. Default: well. */
  health?(): { ok: boolean; detail: string };
}
