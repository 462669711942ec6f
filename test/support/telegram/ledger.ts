/** What the server saw, and what people see: to be looked at, and waited for. */
import type { InlineKeyboardMarkup } from 'telegraf/types';
import type { Kept, Place } from './chats.ts';
import type { Cut } from './faults.ts';
import type { Blame, ErrorParameters } from './refusal.ts';

export interface Call {
  method: string;
  params: Record<string, unknown>;
  ok: boolean;
  /** The result, or the error as it was answered. */
  answer: unknown;
  /** False: a fault or a refusal came before. */
  isPerformed: boolean;
  /** The caller heard nothing of the answer, by a fault. */
  cut: Cut | null;
  /** When it came, in milliseconds. */
  at: number;
}

/** Something that no bot should send. */
export interface Violation {
  method: string;
  kind: Exclude<Blame, null>;
  description: string;
  params: Record<string, unknown>;
}

export interface ApiErrorAnswer {
  ok: false;
  error_code: number;
  description: string;
  parameters?: ErrorParameters;
}

/** A message as a person sees it now. */
export interface SeenMessage {
  chat: number;
  message_id: number;
  from: number;
  /** Without markup; of a document, its caption. */
  text: string;
  /** As it was sent; without parse_mode, the escaped text. */
  html: string;
  /** Labels, row by row. */
  buttons: string[][];
  markup: InlineKeyboardMarkup | null;
  reply_to: number | null;
  thread: number | null;
  document: { name: string; text: string; bytes: Buffer } | null;
  /** Texts that it had before. */
  edits: string[];
  reactions: string[];
  forceReply: boolean;
  silent: boolean;
}

export function see({ chat }: Place, { message, html, file, edits, reactions, forceReply, silent }: Kept): SeenMessage {
  const text = message.text ?? message.caption ?? '';
  const replyTo = message.reply_to_message;
  return {
    chat: chat.id,
    message_id: message.message_id,
    from: message.from.id,
    text,
    html: html ?? text,
    buttons: message.reply_markup?.inline_keyboard.map((row) => row.map((button) => button.text)) ?? [],
    markup: message.reply_markup ?? null,
    reply_to: replyTo && replyTo.message_id !== message.message_thread_id ? replyTo.message_id : null,
    thread: message.message_thread_id ?? null,
    document: file,
    edits: [...edits],
    reactions: [...reactions],
    forceReply,
    silent,
  };
}

export function createWaiting(dump: () => string) {
  const checks = new Set<() => void>();
  const closings = new Set<(why: Error) => void>();

  return {
    changed: () => {
      for (const check of checks) check();
    },
    close: () => {
      for (const close of closings) close(new Error('The server was closed'));
    },
    /** What `find` finds, as soon as it does. What it throws counts as not found yet. */
    until: <T>(find: () => T, ms: number): Promise<NonNullable<T>> => {
      const { promise, resolve, reject } = Promise.withResolvers<NonNullable<T>>();
      // The server may close before anybody awaits this.
      promise.catch(() => {});
      let thrown: unknown = null;
      const end = () => {
        clearTimeout(timer);
        checks.delete(check);
        closings.delete(fail);
      };
      const fail = (why: Error) => {
        end();
        reject(why);
      };
      const check = () => {
        try {
          const found = find();
          if (!found) return;
          end();
          resolve(found as NonNullable<T>);
        } catch (error) {
          thrown = error;
        }
      };
      const timer = setTimeout(() => {
        const last = thrown === null ? '' : ` (it threw: ${thrown instanceof Error ? thrown.message : thrown})`;
        fail(new Error(`Not within ${ms} ms: ${find}${last}\n${dump()}`));
      }, ms);
      checks.add(check);
      closings.add(fail);
      check();
      return promise;
    },
  };
}
