/** People who act: each resolves with what the app answered. */
import { messageAt, post } from './chat.ts';
import type { createDelivery } from './delivery.ts';
import type { Filled } from './form.ts';
import { createForms } from './forms.ts';
import { typedText } from './mrkdwn.ts';
import { createPayloads } from './payloads.ts';
import { show } from './response-url.ts';
import { elementsOf, type Placed, textIn } from './seen.ts';
import type { Answer, Block, Channel, Json, Kind, Message, Person, Said, Signing } from './types.ts';
import { app, home, type OpenView, Refused, type Workspace } from './workspace.ts';

/** A message or view, as the ledger gave it or by its names. */
export type MessageRef = { channel: string; ts: string };
export type ViewRef = { id: string };

interface Signed {
  signed?: Signing;
}
export interface Saying extends Signed {
  user: string;
  channel: string;
  text: string;
  thread?: string;
  /** Sends the event `message` of the channel as well, under another event_id. */
  pair?: boolean;
}
export interface Pressing extends Signed {
  user: string;
  message?: MessageRef;
  /** A modal or Home tab. */
  view?: ViewRef;
  label?: string;
  action_id?: string;
  block_id?: string;
  /** Which one, from 1, when several match. */
  nth?: number;
  /** What is chosen or put in, where it is no button: labels of options. */
  option?: Filled;
}

export function createPeople(workspace: Workspace, deliver: ReturnType<typeof createDelivery>) {
  const payloads = createPayloads(workspace);

  const actor = (reference: string): Person => {
    const person = workspace.person(reference);
    if (person.deleted) throw new Error(`${person.name} is deactivated`);
    return person;
  };

  function found(reference: MessageRef): Message {
    const message = messageAt(workspace, reference.channel, reference.ts);
    if (!message) throw new Error(`there is no message ${reference.ts} in ${reference.channel} any more`);
    return message;
  }

  function openView(person: Person, { id }: ViewRef): OpenView {
    const stack = workspace.stacks.get(person.id) ?? [];
    const shown = [...stack.slice(-1), workspace.homes.get(person.id)].find((one) => one?.id === id);
    if (!shown) throw new Error(`${person.name} does not have view ${id} before their eyes`);
    return shown;
  }

  function write(person: Person, channel: Channel, text: string, thread?: string): Message {
    if (channel.archived) throw new Error(`${channel.name} is archived`);
    return post(workspace, channel.id, {
      user: person.id,
      app: false,
      text: typedText(text, [...workspace.people.values()]),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    });
  }

  const event = (content: Json, channel?: Channel, signed?: Signing) =>
    deliver('events_api', payloads.event(content, channel?.shared), signed);

  function placed({ label, action_id, block_id, nth }: Pressing, blocks: readonly Block[], where: string): Placed {
    const all = elementsOf(blocks);
    const matching = all.filter(
      ({ block, element }) =>
        (action_id === undefined || element.action_id === action_id) &&
        (block_id === undefined || block.block_id === block_id) &&
        (label === undefined || textIn(element.text) === label || textIn(element.placeholder) === label),
    );
    const one = matching[(nth ?? 1) - 1];
    if (one && (nth !== undefined || matching.length === 1)) return one;
    const there = all.map(({ element }) => `${textIn(element.text) || element.type} (${element.action_id})`);
    const problem = one ? `${matching.length} elements match` : 'there is no such element';
    throw new Error(`${problem}: ${label ?? action_id}, on ${where}: ${there.join(', ') || 'nothing to press'}`);
  }

  /** A message that the app answered a command with is shown as its answer. */
  function showAnswer(answer: Answer, channel: Channel, person: Person) {
    const body = typeof answer.body === 'string' ? { text: answer.body } : (answer.body as Json | undefined);
    if (!answer.acked || body === undefined || Object.keys(body).length === 0) return;
    try {
      show(workspace, { channel: channel.id, user: person.id }, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      workspace.violations.push({ method: 'command', error: error.message, messages: error.messages });
    }
    workspace.changed();
  }

  return {
    ...createForms(workspace, deliver, payloads, actor, openView),

    /** Someone writes to the app in a channel; `@baton` is put before a text without it. */
    async mention({ user, channel: where, text, thread, pair, signed }: Saying): Promise<Said> {
      const [person, channel] = [actor(user), workspace.channel(where)];
      if (!channel.member) throw new Error(`the app is not in ${channel.name}: Slack tells it nothing of it`);
      const message = write(person, channel, text.includes('@baton') ? text : `@baton ${text}`, thread);
      const content = payloads.said(person, channel, message);
      const kind = channel.kind === 'private' ? 'group' : 'channel';
      const [answer, other] = await Promise.all([
        event({ type: 'app_mention', ...content }, channel, signed),
        pair ? event({ type: 'message', channel_type: kind, ...content }, channel, signed) : undefined,
      ]);
      const place = { channel: channel.id, ts: message.ts, ...(thread === undefined ? {} : { thread_ts: thread }) };
      return { ...answer, ...place, ...(other ? { pair: other } : {}) };
    },

    /** Someone writes to the app alone. */
    async direct({ user, text, thread, signed }: Omit<Saying, 'channel' | 'pair'>): Promise<Said> {
      const person = actor(user);
      const channel = workspace.direct(person);
      const message = write(person, channel, text, thread);
      const content = { type: 'message', channel_type: 'im', ...payloads.said(person, channel, message) };
      const answer = await event(content, channel, signed);
      return { ...answer, channel: channel.id, ts: message.ts, ...(thread === undefined ? {} : { thread_ts: thread }) };
    },

    async command(given: Omit<Saying, 'thread' | 'pair'> & { command?: string }): Promise<Answer> {
      const [person, channel] = [actor(given.user), workspace.channel(given.channel)];
      const text = given.text.replace(/@([\w.-]*\w)/g, (typed, name: string) => {
        const named = [...workspace.people.values()].find((one) => one.name === name);
        return named ? `<@${named.id}|${named.name}>` : typed;
      });
      const payload = payloads.command(person, channel, given.command ?? '/baton', text);
      const answer = await deliver('slash_commands', payload, given.signed);
      showAnswer(answer, channel, person);
      return answer;
    },

    /** A shortcut on a message, or without one a global one. */
    shortcut({
      user,
      message,
      callback_id,
      signed,
    }: Signed & {
      user: string;
      channel?: string;
      message?: MessageRef;
      callback_id: string;
    }): Promise<Answer> {
      const payload = payloads.shortcut(actor(user), callback_id, message ? found(message) : undefined);
      return deliver('interactive', payload, signed);
    },

    /** Presses or chooses what is there now; throws when it is not. */
    async click(given: Pressing): Promise<Answer> {
      const person = actor(given.user);
      const message = given.message ? found(given.message) : undefined;
      const open = given.view ? openView(person, given.view) : undefined;
      if (!message === !open) throw new Error('click needs a message or a view');
      if (message?.onlyFor !== undefined && message.onlyFor !== person.id)
        throw new Error(`${person.name} does not see this message`);
      const blocks = (message?.blocks ?? open?.view.blocks) as Block[];
      const one = placed(given, blocks, message ? `message ${message.ts}` : `view ${open?.id}`);
      if (one.element.type !== 'button' && given.option === undefined)
        throw new Error(`choose an option of the ${one.element.type}`);
      const payload = payloads.pressed(person, one, given.option, {
        ...(message ? { message } : {}),
        ...(open ? { open } : {}),
      });
      return deliver('interactive', payload, given.signed);
    },

    openHome(user: string): Promise<Answer> {
      const person = actor(user);
      const content = { type: 'app_home_opened', user: person.id, channel: workspace.direct(person).id, tab: 'home' };
      return event({ ...content, event_ts: workspace.stamp() });
    },

    /** Slack tells the app of its own edit. */
    echo: (message: MessageRef): Promise<Answer> => event(payloads.changed(found(message))),

    /** Any other event. */
    event: (content: Json): Promise<Answer> => event({ event_ts: workspace.stamp(), ...content }),

    /** The same delivery once more, as it may come. */
    redeliver: ({ payload }: Answer): Promise<Answer> => deliver(kindOf(payload), payload),

    /** Someone removes a message. */
    remove(reference: MessageRef) {
      workspace.messages.splice(workspace.messages.indexOf(found(reference)), 1);
      workspace.changed();
    },

    /** A person of the workspace, or with a `team` of their own one of another workspace; or a bot. */
    addPerson: workspace.addPerson,
    addChannel: workspace.addChannel,
    team: { ...home },
    bot: { ...app },
  };
}

const kindOf = ({ type, command }: Json): Kind => {
  if (type === 'event_callback') return 'events_api';
  return command === undefined ? 'interactive' : 'slash_commands';
};
