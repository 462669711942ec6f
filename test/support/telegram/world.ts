/** What the parts of the server share. */
import type { BotCommand, UserFromGetMe } from 'telegraf/types';
import type { Chats } from './chats.ts';
import type { Updates } from './updates.ts';
import type { Webhook } from './webhook.ts';

/** A click that the bot may answer once, in time. */
export interface Query {
  data: string;
  from: number;
  chat: number;
  message_id: number;
  answerUntil: number;
  isAnswered: boolean;
}

/** The bot's answer to a click: what the person sees flash up. */
export interface Answer {
  query_id: string;
  text: string;
  show_alert: boolean;
  /** Of the click. */
  data: string;
  from: number;
  chat: number;
  message_id: number;
  at: number;
}

export interface CommandList {
  scope: Record<string, unknown>;
  language_code: string;
  commands: BotCommand[];
}

/** A file on the server, which is had by its id and downloaded by its path. */
export interface StoredFile {
  path: string;
  name: string;
  bytes: Buffer;
}

export interface World {
  bot: UserFromGetMe;
  chats: Chats;
  updates: Updates;
  webhook: Webhook;
  queries: Map<string, Query>;
  answers: Answer[];
  commands: CommandList[];
  actions: { chat: number; thread: number | null; action: string; at: number }[];
  files: Map<string, StoredFile>;
}

export function storeFile(world: World, name: string, bytes: Buffer) {
  const number = world.files.size + 1;
  const id = `BQACAgIAAx${number}`;
  world.files.set(id, { path: `documents/file_${number}`, name, bytes });
  return { file_id: id, file_unique_id: `AgAD${number}`, file_name: name, file_size: bytes.length };
}
