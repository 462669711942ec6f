/** The words of the local Slack: what it is made with, what it keeps and what tests read. */
import type { types } from '@slack/bolt';

export type Block = types.KnownBlock;
export type View = types.ModalView | types.HomeView;
export type Json = Record<string, unknown>;

export interface HttpTarget {
  url: string;
  signingSecret: string;
}

export interface Limits {
  /** The least time between two messages of one channel. */
  postMs: number;
  /** How many edits the whole workspace allows in `perMs`. */
  updates: number;
  perMs: number;
}

export interface SlackOptions {
  /** Where the app listens; without it, deliveries go over Socket Mode. */
  http?: HttpTarget;
  ackMs?: number;
  /** The waits before the first, second and third delivery again of an event. */
  retryDelaysMs?: readonly number[];
  triggerMs?: number;
  responseUrlMs?: number;
  limits?: boolean | Partial<Limits>;
  now?: () => number;
}

export interface Person {
  id: string;
  name: string;
  realName: string;
  /** A team other than the workspace’s own is one of Slack Connect. */
  team: string;
  locale: string;
  tz: string;
  bot: boolean;
  deleted: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  /** Whose direct messages these are. */
  user?: string;
  archived: boolean;
  /** Whether the app is in it. */
  member: boolean;
  /** Whether another workspace shares it. */
  shared: boolean;
}

export interface Message {
  channel: string;
  ts: string;
  thread_ts?: string;
  user: string;
  /** Sent by the app under test. */
  app: boolean;
  text: string;
  blocks: Block[];
  metadata?: unknown;
  unfurl_links?: boolean;
  unfurl_media?: boolean;
  broadcast: boolean;
  files: string[];
  reactions: string[];
  edits: number;
  /** The only one who sees it. */
  onlyFor?: string;
}

export interface Menu {
  action_id: string;
  label: string;
  options: string[];
}

export interface SeenMessage extends Omit<Message, 'broadcast' | 'onlyFor'> {
  /** What a person reads, one element a line. */
  seen: string;
  buttons: string[];
  menus: Menu[];
}

export interface SeenEphemeral extends SeenMessage {
  /** The one who sees it. */
  for: string;
}

export interface Field {
  block_id: string;
  action_id: string;
  type: string;
  label: string;
  hint?: string;
  placeholder?: string;
  /** What stands in it now: a text, or the labels of what is chosen. */
  value: string | string[];
  options?: string[];
  optional: boolean;
  multiline: boolean;
  error?: string;
}

export interface SeenView {
  id: string;
  hash: string;
  type: View['type'];
  user: string;
  title: string;
  submit?: string;
  close?: string;
  callback_id: string;
  external_id: string;
  private_metadata: string;
  fields: Field[];
  /** By block_id, what the app answered to the last submission. */
  errors: Record<string, string>;
  seen: string;
  buttons: string[];
  menus: Menu[];
  blocks: Block[];
}

export interface UploadedFile {
  id: string;
  name: string;
  title: string;
  altText?: string;
  bytes: Buffer;
  shared: boolean;
  channel?: string;
  thread_ts?: string;
  comment?: string;
}

export interface Call {
  method: string;
  args: Json;
  at: number;
  /** Whether it did what it was called for, whatever the caller was told. */
  performed: boolean;
  /** The HTTP status, or what happened in place of an answer. */
  status?: number | 'hang' | 'reset';
  answer?: Json;
}

export interface Violation {
  method: string;
  error: string;
  messages: string[];
}

export interface Ping {
  kind: 'broadcast' | 'user' | 'group' | 'channel' | 'link' | 'date';
  /** The control sequence as it was sent. */
  sequence: string;
  method: string;
  at: string;
}

/** What the app made of one delivery. */
export interface Answer {
  acked: boolean;
  /** HTTP status; 200 for an acknowledgement over a socket. */
  status: number | undefined;
  /** JSON when it is, else the text; undefined when empty. */
  body: unknown;
  /** One per delivery of the same event: its status or why there was none. */
  attempts: (number | string)[];
  payload: Json;
}

export interface Said extends Answer {
  channel: string;
  ts: string;
  thread_ts?: string;
  /** The answer to the `message` event beside the `app_mention`. */
  pair?: Answer;
}

export type Signing = 'right' | 'wrong' | 'stale' | 'future' | 'none';
export type Kind = 'events_api' | 'interactive' | 'slash_commands';
export interface Timeout {
  kind: Kind;
  type: string;
  reason: string;
  payload: Json;
}
