/**
 * What people are told at once: in the order in which it came about, chat by chat, and without holding up what comes in.
 * A chat that is to be left alone for a while is told afterwards. None of this is kept: what must not be lost is a card.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Card } from '../../contracts/card.ts';
import type { Hall, Prompt, Reply } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { type Address, isGroup, readAddress, refOf } from './address.ts';
import type { Answer, Api } from './api.ts';
import { createLanes } from './lanes.ts';
import { limits } from './limits.ts';
import { replyTo, sendFile, showText, threadOf } from './messages.ts';
import type { Moves } from './moves.ts';
import { cut, escaped, renderCard } from './render.ts';
import { telegramWords } from './words.ts';

/** Whom an answer is for, and what it answers. */
export interface Asker {
  conversation: string;
  message: number;
  /** Who pressed a button, which is not seen by what they are answered in reply to; null for a message. */
  pressed: { id: number; name: string } | null;
}

export interface Telling {
  tell(to: Asker, reply: Reply): void;
  /** Answers a click. Too late is not worth a word: the message itself tells the outcome. */
  click(query: string, text: string, alert: boolean): void;
  /** Somebody is at it: for the seconds until the run's own message stands there. */
  typing(conversation: string): void;
  /** The whole text of a card, in reply to the message that could not hold it. */
  attach(address: Address, text: string, message: number): void;
  /** Resolves when every prompt that is on its way to this conversation is known to stand there. */
  placed(conversation: string): Promise<void>;
  empty(): Promise<void>;
}

/** What has waited for longer is no answer any more. */
const patienceMs = 300_000;
const unsentMs = 2_000;

export interface TellingTools {
  api: Api;
  hall: Pick<Hall, 'prompted'>;
  log: ChannelLog;
  moves: Pick<Moves, 'now'>;
  /** Nothing is waited for any more. */
  signal: AbortSignal;
}

export function createTelling({ api, hall, log, signal, moves }: TellingTools): Telling {
  const lanes = createLanes(Number.POSITIVE_INFINITY);
  const placing = new Map<string, Promise<void>>();
  const placeOf = (conversation: string): Address => moves.now(readAddress(conversation)!);

  /** Does it once the platform lets it. What may have arrived is not repeated. */
  const patiently = async <T>(act: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    const ends = performance.now() + patienceMs;
    for (;;) {
      const answer = await act();
      const waitMs =
        answer.end === 'unsent'
          ? unsentMs
          : answer.end === 'refused' && answer.code === 429
            ? answer.retryAfterMs
            : null;
      if (waitMs === null || signal.aborted || performance.now() + waitMs > ends) return answer;
      await wait(waitMs, undefined, { signal }).catch(() => {});
    }
  };

  const told = async <T>(what: string, act: () => Promise<Answer<T>>): Promise<T | null> => {
    const answer = await patiently(act);
    if (answer.end === 'ok') return answer.result;
    const code = answer.end === 'refused' ? answer.code : null;
    log.warn({ channel: 'telegram', what, end: answer.end, code }, 'person not told');
    return null;
  };

  const background = (lane: string, act: () => Promise<unknown>): void => {
    lanes.run(lane, act).catch((error: unknown) => {
      log.warn({ channel: 'telegram', reason: (error as { code?: unknown })?.code ?? 'no code' }, 'person not told');
    });
  };

  const show = (address: Address, message: number, card: { html: string; text: string }, more: object = {}) =>
    showText(
      api,
      log,
      'sendMessage',
      { chat_id: Number(address.chat), ...threadOf(address), ...replyTo(message), ...more },
      card,
    );

  const prompt = async (address: Address, to: Asker, { dialog, card, placeholder }: Prompt): Promise<void> => {
    const { html, text } = renderCard(card, '…');
    const { before, beforeHtml } = called(address, to);
    const markup = {
      force_reply: true,
      selective: true,
      ...(placeholder !== '' && { input_field_placeholder: cut(placeholder, limits.placeholder) }),
    };
    const shown = { html: beforeHtml + html, text: before + text };
    await told('prompt', async () => {
      // The reply to it may be quicker than the row that says what it replies to.
      const { promise, resolve } = Promise.withResolvers<void>();
      placing.set(to.conversation, promise);
      try {
        const answer = await show(address, to.message, shown, { reply_markup: markup });
        if (answer.end === 'ok') {
          const ref = refOf(
            { chat: address.chat, id: Number(answer.result.message_id) },
            readAddress(to.conversation)!,
          );
          await hall.prompted(dialog, to.conversation, ref);
        }
        return answer;
      } finally {
        placing.delete(to.conversation);
        resolve();
      }
    });
  };

  const tellCard = async (address: Address, { message }: Asker, card: Card): Promise<void> => {
    const { whole, ...rendered } = renderCard(card, telegramWords(card.language).whole);
    const shown = await told('card', () => show(address, message, rendered));
    if (shown && whole !== null)
      await told('file', () => sendFile(api, address, { name: 'whole.txt', text: whole }, null));
  };

  return {
    tell: (to, { line, card, file, prompt: asked }) => {
      const address = placeOf(to.conversation);
      background(address.chat, async () => {
        if (asked) await prompt(address, to, asked);
        else if (file) await told('file', () => sendFile(api, address, file, to.message, line));
        else if (card) await tellCard(address, to, card);
        else if (line !== '') await told('line', () => show(address, to.message, { html: escaped(line), text: line }));
      });
    },
    click: (query, text, alert) => {
      const answer = { callback_query_id: query, text: cut(text, limits.callbackAnswer), show_alert: alert };
      background(`click ${query}`, () => api.call('answerCallbackQuery', answer));
    },
    typing: (conversation) => {
      const address = placeOf(conversation);
      const action = { chat_id: Number(address.chat), action: 'typing', ...threadOf(address) };
      background(`typing ${conversation}`, () => api.call('sendChatAction', action));
    },
    attach: (address, text, message) => {
      background(address.chat, () => told('file', () => sendFile(api, address, { name: 'whole.txt', text }, message)));
    },
    placed: async (conversation) => placing.get(conversation),
    empty: () => lanes.empty(),
  };
}

/**
 * A field opens for whom the message names, or for the sender of the message that it replies to
 * (core.telegram.org/bots/api#forcereply), and after a button that is the bot itself. In a group people are named.
 */
function called(address: Address, { pressed }: Asker): { before: string; beforeHtml: string } {
  if (pressed === null || !isGroup(address)) return { before: '', beforeHtml: '' };
  const name = cut(pressed.name.toWellFormed().trim() || String(pressed.id), 64);
  return {
    before: `${name}\n`,
    beforeHtml: `<a href="tg://user?id=${pressed.id}">${escaped(name)}</a>\n`,
  };
}
