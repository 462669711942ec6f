/** What Slack sends when people do something. */
import { randomUUID } from 'node:crypto';
import { fill, optionNamed, stateOf } from './form.ts';
import { sentMessage, sentView } from './reading.ts';
import { newResponseUrl, newTrigger } from './response-url.ts';
import type { Placed } from './seen.ts';
import type { Channel, Json, Message, Person } from './types.ts';
import { app, home, type OpenView, type Workspace } from './workspace.ts';

const token = 'verification-token';

const userOf = ({ id, name, team }: Person) => ({ id, username: name, name, team_id: team });
const place = ({ id, name }: Channel) => ({ id, name });

export type Payloads = ReturnType<typeof createPayloads>;

export function createPayloads(workspace: Workspace) {
  const around = (person: Person) => ({
    user: userOf(person),
    api_app_id: app.id,
    token,
    team: { id: home.id, domain: home.domain },
    enterprise: null,
    is_enterprise_install: false,
  });

  const channelOf = (message: Message) => workspace.channels.get(message.channel)!;

  /** Where something was pressed, and what can be answered there. */
  function context(person: Person, message?: Message, open?: OpenView): Json {
    const trigger_id = newTrigger(workspace, person.id, open);
    if (open) return { trigger_id, container: { type: 'view', view_id: open.id }, view: sentView(open) };
    const channel = channelOf(message!);
    const hidden = message!.onlyFor !== undefined;
    return {
      trigger_id,
      container: {
        type: 'message',
        message_ts: message!.ts,
        channel_id: channel.id,
        is_ephemeral: hidden,
        ...(message!.thread_ts === undefined ? {} : { thread_ts: message!.thread_ts }),
      },
      channel: place(channel),
      ...(hidden ? {} : { message: sentMessage(workspace, message!) }),
      response_url: newResponseUrl(workspace, { channel: channel.id, user: person.id, message: message! }),
      state: { values: stateOf(message!.blocks) },
    };
  }

  return {
    event: (event: Json, shared = false): Json => ({
      token,
      team_id: home.id,
      context_team_id: home.id,
      context_enterprise_id: null,
      api_app_id: app.id,
      event,
      type: 'event_callback',
      event_id: workspace.id('Ev'),
      event_time: Math.floor(workspace.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: home.id, user_id: app.user, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: shared,
      event_context: randomUUID(),
    }),

    /** A message of a person as an event tells of it. */
    said(person: Person, channel: Channel, message: Message): Json {
      const foreign = person.team === home.id ? {} : { user_team: person.team, source_team: person.team };
      const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts };
      return {
        user: person.id,
        ts: message.ts,
        client_msg_id: randomUUID(),
        text: message.text,
        team: person.team,
        channel: channel.id,
        event_ts: message.ts,
        ...thread,
        ...foreign,
        ...(person.bot ? { bot_id: `B${person.id.slice(1)}`, app_id: 'A0OTHER' } : {}),
      };
    },

    changed(message: Message): Json {
      const sent = sentMessage(workspace, message);
      const ts = workspace.stamp();
      const kind = channelOf(message).kind;
      return {
        type: 'message',
        subtype: 'message_changed',
        hidden: true,
        channel: message.channel,
        channel_type: kind === 'im' ? 'im' : kind === 'private' ? 'group' : 'channel',
        message: sent,
        previous_message: { ...sent, text: '' },
        ts,
        event_ts: ts,
      };
    },

    pressed(
      person: Person,
      { block, element }: Placed,
      option: Parameters<typeof fill>[1] | undefined,
      at: {
        message?: Message;
        open?: OpenView;
      },
    ): Json {
      const { type, action_id } = element;
      const { text, value, style, url } = element;
      const chosen =
        type === 'button'
          ? JSON.parse(JSON.stringify({ text, value, style, url }))
          : type === 'overflow'
            ? { selected_option: optionNamed(element, String(option)) }
            : fill(element, option!);
      const action = { action_id, block_id: block.block_id, ...chosen, type, action_ts: workspace.stamp() };
      return {
        type: 'block_actions',
        ...around(person),
        ...context(person, at.message, at.open),
        actions: [action],
      };
    },

    submitted: (person: Person, open: OpenView): Json => ({
      type: 'view_submission',
      ...around(person),
      trigger_id: newTrigger(workspace, person.id, open),
      view: sentView(open),
      response_urls: [],
    }),

    closed: (person: Person, open: OpenView, cleared: boolean): Json => ({
      type: 'view_closed',
      ...around(person),
      view: sentView(open),
      is_cleared: cleared,
    }),

    shortcut(person: Person, callback_id: string, message?: Message): Json {
      const trigger_id = newTrigger(workspace, person.id);
      const action_ts = workspace.stamp();
      if (!message) return { type: 'shortcut', ...around(person), callback_id, trigger_id, action_ts };
      return {
        type: 'message_action',
        ...around(person),
        callback_id,
        trigger_id,
        action_ts,
        message_ts: message.ts,
        message: sentMessage(workspace, message),
        channel: place(channelOf(message)),
        response_url: newResponseUrl(workspace, { channel: message.channel, user: person.id, message }),
      };
    },

    command: (person: Person, channel: Channel, command: string, text: string): Json => ({
      token,
      team_id: person.team,
      team_domain: person.team === home.id ? home.domain : 'elsewhere',
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: person.id,
      user_name: person.name,
      command,
      text,
      api_app_id: app.id,
      is_enterprise_install: 'false',
      response_url: newResponseUrl(workspace, { channel: channel.id, user: person.id }),
      trigger_id: newTrigger(workspace, person.id),
    }),
  };
}
