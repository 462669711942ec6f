/**
 * Runs that begin with a command or with a message of somebody else's: a message that says who asked for what comes
 * first, because the run lives in its thread. Where the app is not in the channel it goes to the person instead.
 */
import type { types } from '@slack/bolt';
import { type Api, isRefusal } from './api.ts';
import type { Arrival, Draft, Identity } from './arrivals.ts';
import { type Language, slackWordsIn } from './language.ts';
import { most } from './limits.ts';
import { conversationOf, type Place } from './places.ts';
import { quietly, type Sending } from './send.ts';
import { escapedWithin, fit, label } from './texts.ts';

type Begin = Extract<Arrival, { kind: 'begin' }>;

export interface Begun {
  update: Draft;
  place: Place;
  /** The message that says who asked. */
  root: { channel: string; ts: string };
}

const notThere = ['not_in_channel', 'channel_not_found', 'is_archived', 'thread_not_found', 'restricted_action'];

/** Posts the message and makes the update of it; null when it could not be posted, or is not known to be. */
export async function beginAt(
  { by, from, name, text, key }: Begin,
  language: Language,
  { team }: Identity,
  { api, sending }: { api: Api; sending: Sending },
): Promise<Begun | null> {
  const contents = quoteOf(name, text, language);
  const post = ({ channel, thread }: Place) =>
    api.call('chat.postMessage', { channel, ...(thread !== null && { thread_ts: thread }), ...contents, ...quietly });
  let posted = await post(from);
  let thread = from.thread;
  if (isRefusal(posted, notThere)) {
    const direct = await sending.directOf(by.user);
    if ('failure' in direct) return null;
    thread = null;
    posted = await post({ channel: direct.channel, thread });
  }
  if (!posted.ok) return null;
  const { channel, ts } = posted.data as { channel: string; ts: string };
  const place = { channel, thread: thread ?? ts };
  const conversation = conversationOf(team, place, by.user);
  return { place, root: { channel, ts }, update: { kind: 'task', key, conversation, text } };
}

/** Says at the message itself that nothing came of it. */
export async function markLost({ root, update }: Begun, language: Language, api: Api): Promise<void> {
  const text = 'text' in update ? update.text : '';
  const quote = quoteOf(slackWordsIn(language).notRecorded, text, language);
  await api.call('chat.update', { ...root, ...quote, parse: 'none' }, true);
}

const quoteOf = (name: string, text: string, language: Language) => {
  const words = slackWordsIn(language);
  const who = label(name, 100);
  const quote = fit(text, most.sectionText, words);
  const block: types.RichTextBlock = {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_section', elements: [{ type: 'text', text: who, style: { bold: true } }] },
      { type: 'rich_text_quote', elements: [{ type: 'text', text: quote }] },
    ],
  };
  return { text: escapedWithin(`${who}: ${quote}`, most.text), blocks: [block] };
};
