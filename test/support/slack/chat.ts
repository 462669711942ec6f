/** chat.*, reactions.add and what a response_url may do to messages. */
import { blocksOf } from './blocks.ts';
import { isObject, problemsOf } from './check.ts';
import { pingsIn, pingsOf } from './mrkdwn.ts';
import { sentMessage } from './reading.ts';
import type { Block, Channel, Json, Message } from './types.ts';
import { app, home, Refused, type Workspace } from './workspace.ts';

export type Handler = (args: Json) => Json;

/** What the app did that Slack lets pass, but nobody should do. */
const blame = (workspace: Workspace, method: string, error: string, message: string) =>
  workspace.violations.push({ method, error, messages: [message] });

/** The channel of a call; a person’s id stands for the direct messages with them. */
export function channelFor(workspace: Workspace, reference: unknown): Channel {
  const person = workspace.people.get(String(reference));
  const channel = person ? workspace.direct(person) : workspace.channels.get(String(reference));
  if (!channel || (channel.kind === 'private' && !channel.member)) throw new Refused('channel_not_found');
  return channel;
}

export function openChannel(workspace: Workspace, reference: unknown): Channel {
  const channel = channelFor(workspace, reference);
  if (channel.archived) throw new Refused('is_archived');
  if (!channel.member) throw new Refused('not_in_channel');
  return channel;
}

export const messageAt = (workspace: Workspace, channel: string, ts: unknown): Message | undefined =>
  workspace.messages.find((message) => message.channel === channel && message.ts === ts);

/** The text and blocks of a call, when Slack takes them. */
export function contentsOf(workspace: Workspace, method: string, args: Json, most: number) {
  const { text = '', blocks } = args as { text?: string; blocks?: Block[] };
  if (blocks !== undefined) {
    if (!Array.isArray(blocks)) throw new Refused('invalid_blocks_format');
    const problems = problemsOf(blocksOf('message'), blocks, '/blocks');
    if (problems.length > 0) throw new Refused('invalid_blocks', problems);
  }
  if (text === '') {
    if (!blocks?.length) throw new Refused('no_text');
    blame(workspace, method, 'no_text', 'blocks without a top-level text: notifications and readers have nothing');
  }
  if (text.length > most) throw new Refused('msg_too_long', [`text of ${text.length} characters, at most ${most}`]);
  const loose =
    args.parse === 'full' || args.link_names === true ? (text.match(/@(here|channel|everyone)\b/g) ?? []) : [];
  workspace.pings.push(
    ...[...pingsOf(text, '/text'), ...pingsIn(blocks, '/blocks')].map((ping) => ({ ...ping, method })),
    ...loose.map((sequence) => ({ kind: 'broadcast' as const, sequence, at: '/text', method })),
  );
  return { text, ...(blocks === undefined ? {} : { blocks: workspace.withIds(blocks) }) };
}

/** The root of a thread that a message goes to. */
function threadOf(workspace: Workspace, method: string, channel: string, ts: unknown): { thread_ts?: string } {
  if (ts === undefined) return {};
  const parent = messageAt(workspace, channel, ts);
  if (!parent || parent.onlyFor) throw new Refused('thread_not_found', [`no message ${String(ts)} in ${channel}`]);
  if (parent.thread_ts === undefined) return { thread_ts: parent.ts };
  blame(workspace, method, 'thread_of_reply', `${String(ts)} is itself a reply: use the ts of its parent`);
  return { thread_ts: parent.thread_ts };
}

function metadataOf({ metadata }: Json): { metadata?: unknown } {
  if (metadata === undefined) return {};
  const right =
    isObject(metadata) &&
    typeof metadata.event_type === 'string' &&
    isObject(metadata.event_payload) &&
    Object.keys(metadata).length === 2;
  if (!right) throw new Refused('invalid_metadata_format');
  return { metadata };
}

/** A message of the app, kept and shown. */
export function post(workspace: Workspace, channel: string, contents: Partial<Message>): Message {
  const message: Message = {
    channel,
    ts: workspace.stamp(),
    user: app.user,
    app: true,
    text: '',
    blocks: [],
    broadcast: false,
    files: [],
    reactions: [],
    edits: 0,
    ...contents,
  };
  workspace.messages.push(message);
  return message;
}

export function chatMethods(workspace: Workspace): Record<string, Handler> {
  return {
    'chat.postMessage'(args) {
      const channel = openChannel(workspace, args.channel);
      const contents = contentsOf(workspace, 'chat.postMessage', args, 40_000);
      const { unfurl_links, unfurl_media } = args as { unfurl_links?: boolean; unfurl_media?: boolean };
      const message = post(workspace, channel.id, {
        ...contents,
        ...metadataOf(args),
        ...threadOf(workspace, 'chat.postMessage', channel.id, args.thread_ts),
        ...(unfurl_links === undefined ? {} : { unfurl_links }),
        ...(unfurl_media === undefined ? {} : { unfurl_media }),
        broadcast: args.reply_broadcast === true,
      });
      return { channel: channel.id, ts: message.ts, message: sentMessage(workspace, message) };
    },

    'chat.update'(args) {
      const channel = openChannel(workspace, args.channel);
      const message = messageAt(workspace, channel.id, args.ts);
      if (!message || message.onlyFor) throw new Refused('message_not_found');
      if (!message.app) throw new Refused('cant_update_message');
      const contents = contentsOf(workspace, 'chat.update', args, 4000);
      Object.assign(message, contents, metadataOf(args), { edits: message.edits + 1 });
      return { channel: channel.id, ts: message.ts, text: message.text, message: sentMessage(workspace, message) };
    },

    'chat.postEphemeral'(args) {
      const channel = openChannel(workspace, args.channel);
      const person = workspace.people.get(String(args.user));
      if (!person || person.deleted) throw new Refused('user_not_in_channel');
      const contents = contentsOf(workspace, 'chat.postEphemeral', args, 40_000);
      const thread = threadOf(workspace, 'chat.postEphemeral', channel.id, args.thread_ts);
      return { message_ts: post(workspace, channel.id, { ...contents, ...thread, onlyFor: person.id }).ts };
    },

    'chat.getPermalink'(args) {
      const channel = channelFor(workspace, args.channel);
      const message = messageAt(workspace, channel.id, args.message_ts);
      if (!message) throw new Refused('message_not_found');
      const thread = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : '';
      const place = `${channel.id}/p${message.ts.replace('.', '')}${thread}`;
      return { channel: channel.id, permalink: `https://${home.domain}.slack.com/archives/${place}` };
    },

    'reactions.add'(args) {
      const channel = channelFor(workspace, args.channel);
      const message = messageAt(workspace, channel.id, args.timestamp);
      if (!message) throw new Refused('message_not_found');
      const name = String(args.name);
      if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new Refused('invalid_name');
      if (message.reactions.includes(name)) throw new Refused('already_reacted');
      message.reactions.push(name);
      return {};
    },
  };
}
