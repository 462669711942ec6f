/** What a person is told: an outcome to them alone, a card or a file where they asked for it. */
import type { Hall, Receipt } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { isDirect, messageOf } from './addresses.ts';
import { type Api, isRefusal } from './api.ts';
import type { Account } from './arrivals.ts';
import { pause } from './bolt.ts';
import { type Language, slackWordsIn } from './language.ts';
import type { Place } from './places.ts';
import { type Message, renderCard } from './render.ts';
import type { Sending } from './send.ts';
import type { Taken } from './taking.ts';
import { escapedWithin } from './texts.ts';

type Waiting = Extract<Taken, { outcome: unknown }>;

export interface Answers {
  /** Tells what came of something; `conversation` is where a prompt would stand. */
  tell(taken: Taken, by: Account, place: Place, conversation: string): Promise<void>;
  /** Tells the outcome of what was still under way. */
  follow(of: Waiting, by: Account, place: Place, conversation: string): Promise<void>;
  /** A line to one person, and blocks where there is more to it. */
  whisper(by: Account, place: Place, text: string, blocks?: Message['blocks']): Promise<void>;
  /** The prompt that this person was last shown in the conversation: what they write there next answers it. */
  promptIn(conversation: string, by: Account): Promise<string | null>;
}

/** What is seen anyway: the messages of the run show it. */
const visible: readonly string[] = ['run', 'decided', 'revised', 'ignored'];
const mostPrompts = 1_000;
const promptMs = 1_000;
const longestText = 3_000;

/** The outcome in a sentence, or null when there is nothing to say. */
export function lineOf({ outcome, reply }: Receipt, language: Language): string | null {
  const words = slackWordsIn(language);
  if (reply) return visible.includes(outcome) || reply.line === '' ? null : reply.line;
  // Without a reply it was told before, or could not be handled.
  if (outcome === 'later') return words.later;
  if (outcome === 'usage') return words.noTask;
  return outcome === 'dead' || outcome.endsWith('_invalid') ? words.failed : null;
}

export function createAnswers(hall: Hall, api: Api, sending: Sending, log: ChannelLog): Answers {
  const prompts = new Map<string, string>();
  const telling = new Map<string, Promise<void>>();
  const keyOf = (conversation: string, { team, user }: Account) => `${conversation} ${team}/${user}`;

  const whisper: Answers['whisper'] = async (by, { channel, thread }, text, blocks) => {
    const args = { text: escapedWithin(text, longestText), ...(blocks && { blocks }), parse: 'none' };
    const there = { channel, user: by.user, ...(thread !== null && { thread_ts: thread }) };
    const told = await api.call('chat.postEphemeral', { ...there, ...args }, true);
    if (told.ok) return;
    // Where the app is not in the channel it can still write to the person.
    const away = ['not_in_channel', 'channel_not_found', 'user_not_in_channel', 'is_archived', 'thread_not_found'];
    if (!isRefusal(told, away) || isDirect(channel)) return log.warn({}, 'an outcome could not be told');
    const direct = await sending.directOf(by.user);
    if ('channel' in direct) await api.call('chat.postMessage', { channel: direct.channel, ...args }, true);
  };

  const tellReceipt = async (
    receipt: Receipt,
    language: Language,
    by: Account,
    place: Place,
    conversation: string,
  ): Promise<void> => {
    const { reply } = receipt;
    if (reply?.file) {
      const { name: filename, text: content } = reply.file;
      const there = { channel_id: place.channel, ...(place.thread !== null && { thread_ts: place.thread }) };
      if (await api.upload({ ...there, filename, content })) return;
      return whisper(by, place, slackWordsIn(language).failed);
    }
    if (reply?.prompt) {
      const shown = await sending.show(place, reply.prompt.card);
      if (!shown) return;
      const message = messageOf(shown.channel, shown.ts);
      if (prompts.size >= mostPrompts) prompts.clear();
      await hall.prompted(reply.prompt.dialog, conversation, message);
      prompts.set(keyOf(conversation, by), message);
      return;
    }
    if (reply) prompts.delete(keyOf(conversation, by));
    if (reply?.card) {
      const shown = await sending.show(place, reply.card);
      if (shown) return;
      return whisper(by, place, reply.line, renderCard(reply.card, { plans: false }).blocks);
    }
    const line = lineOf(receipt, language);
    if (line !== null) await whisper(by, place, line);
  };

  const follow: Answers['follow'] = async ({ outcome, language }, by, place, conversation) => {
    const receipt = await outcome;
    if (!receipt) return;
    // Who was told to wait hears the end of it, however well it went.
    if (receipt.outcome === 'decided' && receipt.reply) return whisper(by, place, receipt.reply.line);
    return tellReceipt(receipt, language, by, place, conversation);
  };

  const tell: Answers['tell'] = async (taken, by, place, conversation) => {
    const words = slackWordsIn(taken.language);
    if (taken.state === 'stranger') return taken.isTold ? whisper(by, place, words.stranger) : undefined;
    if (taken.state === 'done') return tellReceipt(taken.receipt, taken.language, by, place, conversation);
    await whisper(by, place, taken.state === 'late' ? words.received : words.notRecorded);
    return follow(taken, by, place, conversation);
  };

  return {
    whisper,
    follow,
    tell: (taken, by, place, conversation) => {
      const key = keyOf(conversation, by);
      const told = tell(taken, by, place, conversation).finally(() => {
        if (telling.get(key) === told) telling.delete(key);
      });
      telling.set(key, told);
      return told;
    },
    promptIn: async (conversation, by) => {
      const key = keyOf(conversation, by);
      // What answers the message before may be a prompt, and stand there before it is known here.
      await Promise.race([telling.get(key), pause(promptMs)]);
      return prompts.get(key) ?? null;
    },
  };
}
