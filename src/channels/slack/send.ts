/** Shows cards: what core wants to stand in a conversation, as messages and edits, and what became of each. */
import type { Card } from '../../contracts/card.ts';
import type { Post, SendResult } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { isPerson, messageOf, readAddress, readMessage } from './addresses.ts';
import { type Api, type Failure, isRefusal, type Result } from './api.ts';
import { nameOf } from './bolt.ts';
import { slackWordsIn } from './language.ts';
import { channelBucket, most, teamBucket } from './limits.ts';
import type { Place } from './places.ts';
import { type Message, renderCard, textOf, wholeTextOf } from './render.ts';
import { escapedWithin } from './texts.ts';

export interface Sending {
  send(post: Post): Promise<SendResult>;
  /** Shows a card once, outside core's own messages; says where it is, or null. */
  show(place: Place, card: Card): Promise<{ channel: string; ts: string } | null>;
  /** The channel of the direct messages with a person. */
  directOf(user: string): Promise<{ channel: string } | { failure: Failure }>;
}

const lost = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'block_mismatch'];
const gone = [
  'not_in_channel',
  'is_archived',
  'channel_not_found',
  'thread_not_found',
  'account_inactive',
  'token_revoked',
  'user_not_found',
  'user_not_visible',
  'user_disabled',
  'cannot_dm_bot',
  'messages_tab_disabled',
];
const unreadable = ['invalid_blocks', 'invalid_blocks_format', 'msg_too_long', 'msg_blocks_too_long'];
/** Slack itself is not there yet. */
const soon = ['request_timeout', 'team_added_to_org'];
/** The token, or what it may do, is wrong: no message of any conversation gets through until an operator mends it. */
export const unauthorised = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'access_denied',
  'accesslimited',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'org_login_required',
  'team_access_not_granted',
  'two_factor_setup_required',
];
/** Progress is edited all the time, and says little. */
const attached: readonly Card['kind'][] = ['question', 'summary'];
const afterUnauthorisedMs = 30_000;
const afterUnsentMs = 2_000;
const soonMs = 30_000;

export function createSending(
  apiOf: () => Promise<Api>,
  log: ChannelLog,
  /** Whether the token is taken: what is wrong with it, or null. */
  onToken: (error: string | null) => void,
): Sending {
  const channels = new Map<string, string>();
  let plans = true;

  const directOf: Sending['directOf'] = async (user) => {
    const known = channels.get(user);
    if (known) return { channel: known };
    const opened = await (await apiOf()).call('conversations.open', { users: user });
    if (!opened.ok) return { failure: opened.failure };
    const { id } = (opened.data.channel ?? {}) as { id?: unknown };
    if (typeof id !== 'string') return { failure: { kind: 'unsent' } };
    channels.set(user, id);
    return { channel: id };
  };

  /** As it should look; when Slack does not take that, more plainly, and in the end as text alone. */
  const deliver = async (card: Card, call: (message: Pick<Message, 'text' | 'blocks'>) => Promise<Result>) => {
    const message = renderCard(card, { plans });
    let result = await call(message);
    if (!isRefusal(result, unreadable)) return { result, message };
    const hadPlan = message.blocks.some(({ type }) => type === 'plan');
    log.error({ kind: card.kind, plan: hadPlan }, 'Slack does not take a card as it was rendered');
    if (hadPlan) {
      result = await call(renderCard(card, { plans: false }));
      if (result.ok) plans = false;
    }
    if (isRefusal(result, unreadable))
      result = await call({ text: escapedWithin(textOf(card), most.text), blocks: [] });
    return { result, message };
  };

  const post = async ({ channel, thread }: Place, card: Card, patient = false) => {
    const api = await apiOf();
    const args = { channel, ...(thread !== null && { thread_ts: thread }), ...quietly };
    return deliver(card, (message) => api.call('chat.postMessage', { ...args, ...contents(message) }, patient));
  };

  const send: Sending['send'] = async ({ conversation, card, message }) => {
    const address = readAddress(conversation);
    if (!address) return { state: 'gone', why: 'no address of Slack' };
    const { team, part, thread } = address;
    const resultOf = (failure: Failure, bucket?: { address: string; of: 'new' | 'edit' }): SendResult => {
      if (failure.kind === 'refused') log.warn({ error: failure.error }, 'Slack refuses a message');
      if (failure.kind === 'refused' && unauthorised.includes(failure.error)) onToken(failure.error);
      return settled(failure, bucket);
    };
    const shown = message === null ? null : readMessage(message);
    if (message !== null && !shown) return { state: 'lost' };
    if (shown) {
      const api = await apiOf();
      // Without blocks an edit would keep the old ones, buttons and all.
      const edit = ({ text, blocks }: Pick<Message, 'text' | 'blocks'>) =>
        api.call('chat.update', { channel: shown.channel, ts: shown.ts, text, blocks, parse: 'none' });
      const { result } = await deliver(card, edit);
      if (result.ok) onToken(null);
      if (result.ok) return { state: 'sent', message: messageOf(shown.channel, shown.ts) };
      return resultOf(result.failure, { address: teamBucket(team), of: 'edit' });
    }
    const direct = isPerson(part) ? await directOf(part) : { channel: part };
    // Opening a conversation twice is harmless: whatever went wrong, nothing was said.
    if ('failure' in direct) return resultOf(direct.failure.kind === 'ambiguous' ? { kind: 'unsent' } : direct.failure);
    const place = { channel: direct.channel, thread };
    const { result, message: rendered } = await post(place, card);
    if (!result.ok) return resultOf(result.failure, { address: channelBucket(team, part), of: 'new' });
    onToken(null);
    const sent = sentOf(result);
    if (!sent) return { state: 'unknown' };
    if (attached.includes(card.kind) && rendered.isCut) void attach(sent, thread ?? sent.ts, card);
    return { state: 'sent', message: messageOf(sent.channel, sent.ts) };
  };

  /** What a card does not hold, as a file beside it; if it cannot be had, the card says what it says. */
  const attach = async ({ channel }: { channel: string }, thread: string, card: Card) => {
    const name = `${slackWordsIn(card.language).wholeText}.txt`;
    const api = await apiOf();
    const there = await api.upload({
      channel_id: channel,
      thread_ts: thread,
      filename: name,
      content: wholeTextOf(card),
    });
    if (!there) log.warn({ kind: card.kind }, 'the whole text of a card could not be uploaded');
  };

  return {
    directOf,
    send: (wanted) =>
      send(wanted).catch((error: unknown) => {
        log.error({ reason: nameOf(error) }, 'a send to Slack broke');
        return { state: 'unknown' };
      }),
    show: async (place, card) => {
      const { result } = await post(place, card, true);
      return result.ok ? sentOf(result) : null;
    },
  };
}

/** Nothing in a text is looked up, and no link of it is fetched by Slack: that would tell others of it. */
export const quietly = { parse: 'none', unfurl_links: false, unfurl_media: false } as const;

const contents = ({ text, blocks }: Pick<Message, 'text' | 'blocks'>) =>
  blocks.length > 0 ? { text, blocks } : { text };

function sentOf(result: Result): { channel: string; ts: string } | null {
  if (!result.ok) return null;
  const { channel, ts } = result.data;
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : null;
}

function settled(failure: Failure, bucket?: { address: string; of: 'new' | 'edit' }): SendResult {
  if (failure.kind === 'ambiguous') return { state: 'unknown' };
  if (failure.kind === 'unsent') return { state: 'later', retryAfterMs: afterUnsentMs };
  if (failure.kind === 'limited') return { state: 'later', retryAfterMs: failure.ms, ...(bucket && { bucket }) };
  const { error } = failure;
  if (lost.includes(error)) return { state: 'lost' };
  if (gone.includes(error) || error.startsWith('restricted_action')) return { state: 'gone', why: error };
  if (unauthorised.includes(error)) return { state: 'later', retryAfterMs: afterUnauthorisedMs };
  if (soon.includes(error)) return { state: 'later', retryAfterMs: soonMs };
  // Whatever else is refused would be refused again, and everything behind it would wait: the log tells of the defect.
  return { state: 'gone', why: `refused with ${error}` };
}
