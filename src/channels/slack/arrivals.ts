/**
 * What came in, read: what it is for, who did it, and where that was. Pure. Everything that Slack delivers twice has
 * one key, which is made of what the person did and not of how it was delivered.
 */
import { z } from 'zod';
import type { Inbound } from '../../contracts/channel.ts';
import { type Verb, verbs, verbsWithValue } from '../../contracts/escalation.ts';
import { readEstimate } from '../../contracts/estimate-words.ts';
import { addressOf, isDirect, messageOf } from './addresses.ts';
import { actions, command, event, messageAction, submission } from './payloads.ts';
import { conversationOf, type Place } from './places.ts';
import { readText } from './texts.ts';

/** Who the app is in its workspace. */
export interface Identity {
  team: string;
  user: string;
  bot: string;
}

/** Somebody, by the workspace that they belong to: in a shared channel that may be another one. */
export interface Account {
  team: string;
  user: string;
}

type Without<T> = T extends unknown ? Omit<T, 'person' | 'account' | 'language'> : never;
/** An update that does not say yet who its sender is to Baton. */
export type Draft = Without<Inbound>;

export type Arrival =
  | { kind: 'ignored' }
  /** Events are confirmed once they are kept; `isPressed`: somebody waits for the outcome, and Slack for three seconds. */
  | { kind: 'update'; by: Account; place: Place; update: Draft; isPressed: boolean }
  | { kind: 'form'; by: Account; place: Place; code: string; verb: Verb; trigger: string; update: Draft }
  | { kind: 'filled'; by: Account; view: View; code: string; verb: Verb; at?: string | undefined }
  /** Somebody wants a run of this text, which needs a message to live under. */
  | { kind: 'begin'; by: Account; name: string; text: string; key: string; from: Place; isCommand: boolean }
  | { kind: 'home'; by: Account }
  | { kind: 'open'; by: Account; code: string };

export type View = z.infer<typeof submission>['view'];

/** The name of the app's form, and what it carries. */
export const form = {
  callback: 'baton_form',
  /**
   * `at`: the conversation in which a guest opened it, for it is there alone that they are somebody. It says nothing of
   * who they are: whatever stands there, a guest may answer what the question asks of them, and no more.
   */
  metadata: z.strictObject({ code: z.string().max(40), verb: z.enum(verbs), at: z.string().max(200).optional() }),
};

const ignored: Arrival = { kind: 'ignored' };

export function readArrival(body: unknown, identity: Identity): Arrival {
  const of = [
    [event, readEvent],
    [actions, readActions],
    [command, readCommand],
    [messageAction, readShortcut],
    [submission, readSubmission],
  ] as const;
  for (const [schema, read] of of) {
    const parsed = schema.safeParse(body);
    if (parsed.success) return (read as (of: unknown, identity: Identity) => Arrival)(parsed.data, identity);
  }
  return ignored;
}

/** Subtypes that are still somebody saying something; an edit, our own ones included, and a deletion are not. */
const spoken: readonly (string | undefined)[] = [undefined, 'file_share', 'thread_broadcast'];

function readEvent({ event: of }: z.infer<typeof event>, { team, user: bot }: Identity): Arrival {
  const { user, channel, ts } = of;
  if (of.bot_id !== undefined || user === undefined || user === bot) return ignored;
  // Of somebody of another workspace in a shared channel the event says which (https://docs.slack.dev/apis/slack-connect).
  const by = { team: of.user_team ?? of.team ?? team, user };
  if (of.type === 'app_home_opened') return of.tab === 'messages' ? ignored : { kind: 'home', by };
  // In channels only what mentions the app is for it, and that is an event of its own.
  const isSaid = of.type === 'app_mention' || (of.type === 'message' && of.channel_type === 'im');
  if (!isSaid || channel === undefined || ts === undefined || !spoken.includes(of.subtype)) return ignored;
  const inThread = of.thread_ts !== undefined && of.thread_ts !== ts;
  const place = { channel, thread: of.thread_ts ?? ts };
  const update: Draft = {
    kind: 'said',
    key: `m:${team}:${channel}:${ts}`,
    conversation: conversationOf(team, place, user),
    text: readText(of.text ?? '', bot) || 'help',
    about: null,
    inThread,
  };
  return { kind: 'update', by, place, update, isPressed: false };
}

function readActions(
  { user, container, trigger_id, actions: all }: z.infer<typeof actions>,
  { team }: Identity,
): Arrival {
  const by = { team: user.team_id ?? team, user: user.id };
  const [action] = all;
  if (!action) return ignored;
  const { action_id, action_ts, value } = action;
  if (action_id === 'open') return value ? { kind: 'open', by, code: value } : ignored;
  const { channel_id: channel, message_ts: ts, is_ephemeral } = container;
  if (channel === undefined || ts === undefined) return ignored;
  // In a channel what is pressed stands in a thread; with a person it may stand on its own.
  const thread = container.thread_ts ?? (isDirect(channel) || is_ephemeral ? null : ts);
  const place = { channel, thread };
  const conversation = conversationOf(team, place, user.id);
  const key = `a:${user.id}:${action_ts}:${action_id}`.slice(0, 200);
  if (action_id === 'menu') {
    const verb = action.selected_option?.value;
    if (!verb || !/^[a-z]{1,20}$/.test(verb)) return ignored;
    const about = messageOf(channel, ts);
    const update: Draft = { kind: 'said', key, conversation, text: verb, about, inThread: true };
    return { kind: 'update', by, place: { channel, thread: thread ?? ts }, update, isPressed: true };
  }
  const verb = verbs.find((one) => action_id === `v1:${one}`);
  if (!verb || !value || value.length > 40) return ignored;
  if (verbsWithValue.includes(verb) && trigger_id !== undefined) {
    const update: Draft = { kind: 'press', key, conversation, code: value, verb };
    return { kind: 'form', by, place, code: value, verb, trigger: trigger_id, update };
  }
  const update: Draft = { kind: 'vote', key, conversation, code: value, verb };
  return { kind: 'update', by, place, update, isPressed: true };
}

/** One word, perhaps with the number of a run or a question, or an estimate: something to look at, not a task. */
const isLook = (text: string): boolean =>
  /^\S+(\s+(?=\S*\d)[0-9a-z-]{4,36})?$/i.test(text) || readEstimate(text) !== null;

function readCommand(of: z.infer<typeof command>, { team, user: bot }: Identity): Arrival {
  const by = { team: of.team_id, user: of.user_id };
  const text = readText(of.text, bot) || 'help';
  const key = `c:${of.trigger_id}`;
  const from = { channel: of.channel_id, thread: null };
  if (!isLook(text)) return { kind: 'begin', by, name: of.user_name ?? of.user_id, text, key, from, isCommand: true };
  const conversation = addressOf(team, of.user_id, null);
  const update: Draft = { kind: 'said', key, conversation, text, about: null, inThread: false };
  return { kind: 'update', by, place: from, update, isPressed: true };
}

function readShortcut(of: z.infer<typeof messageAction>, { team, user: bot }: Identity): Arrival {
  if (of.callback_id !== 'baton_task') return ignored;
  const { message, user } = of;
  const from = { channel: of.channel.id, thread: message.thread_ts ?? message.ts };
  const by = { team: user.team_id ?? team, user: user.id };
  const text = readText(message.text ?? '', bot);
  const key = `s:${user.id}:${of.action_ts}`;
  return { kind: 'begin', by, name: user.name ?? user.id, text, key, from, isCommand: false };
}

function readSubmission({ user, view }: z.infer<typeof submission>, { team }: Identity): Arrival {
  if (view.callback_id !== form.callback) return ignored;
  const carried = form.metadata.safeParse(jsonOf(view.private_metadata));
  if (!carried.success) return ignored;
  return { kind: 'filled', by: { team: user.team_id ?? team, user: user.id }, view, ...carried.data };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
