/** What the local Slack keeps: people, channels, messages, views, and the record of what was called. */
import { createFaults } from './faults.ts';
import { elementsOf } from './seen.ts';
import type {
  Block,
  Call,
  Channel,
  Json,
  Message,
  Person,
  Ping,
  SlackOptions,
  Timeout,
  UploadedFile,
  View,
  Violation,
} from './types.ts';

/** A refusal as the Web API words it. */
export class Refused extends Error {
  readonly messages: string[];
  constructor(error: string, messages: string[] = []) {
    super(error);
    this.messages = messages;
  }
}

export interface OpenView {
  id: string;
  user: string;
  hash: string;
  view: View;
  /** What the person has put in, by block and action. */
  typed: Record<string, Record<string, Json>>;
  errors: Record<string, string>;
  root: string;
  previous: string | null;
}

export interface Trigger {
  user: string;
  at: number;
  used: boolean;
  /** It came from pressing something in this modal. */
  view?: string;
}

export interface ResponseUrl {
  channel: string;
  user: string;
  at: number;
  uses: number;
  message?: Message;
}

export const home = { id: 'T0HOME', domain: 'home', name: 'Home' };
export const app = { id: 'A0BATON', user: 'U0BATON', bot: 'B0BATON', name: 'baton' };

export type Workspace = ReturnType<typeof createWorkspace>;

export function createWorkspace(options: SlackOptions) {
  const now = options.now ?? Date.now;
  const people = new Map<string, Person>();
  const channels = new Map<string, Channel>();
  const listeners = new Set<() => void>();
  const calls: Call[] = [];
  let serial = 0;

  const id = (prefix: string) => `${prefix}0${String(++serial).padStart(8, '0')}`;

  function addPerson(given: Partial<Person> & { name: string }): Person {
    const person = {
      id: `U0${given.name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`,
      realName: given.name.charAt(0).toUpperCase() + given.name.slice(1),
      team: home.id,
      locale: 'en-US',
      tz: 'Europe/Amsterdam',
      bot: false,
      deleted: false,
      ...given,
    };
    people.set(person.id, person);
    return person;
  }

  function addChannel(given: Partial<Channel> & { name: string }): Channel {
    const channel: Channel = {
      id: `C0${given.name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`,
      kind: 'public',
      archived: false,
      member: true,
      shared: false,
      ...given,
    };
    channels.set(channel.id, channel);
    return channel;
  }

  /** A person or channel that a test named, by id or by name. */
  const named = <T extends { id: string; name: string }>(kept: Map<string, T>, what: string, reference: string): T => {
    const found = kept.get(reference) ?? [...kept.values()].find(({ name }) => name === reference);
    if (!found) throw new Error(`the local Slack has no ${what} ${reference}`);
    return found;
  };

  addPerson({ id: app.user, name: app.name, bot: true });
  addPerson({ name: 'anna' });
  addPerson({ name: 'boris' });
  addChannel({ name: 'general' });

  return {
    now,
    options,
    people,
    channels,
    messages: [] as Message[],
    files: new Map<string, UploadedFile & { length: number }>(),
    sharedFiles: [] as UploadedFile[],
    stacks: new Map<string, OpenView[]>(),
    homes: new Map<string, OpenView>(),
    triggers: new Map<string, Trigger>(),
    responseUrls: new Map<string, ResponseUrl>(),
    calls,
    violations: [] as Violation[],
    pings: [] as Ping[],
    timeouts: [] as Timeout[],
    faults: createFaults(now, options.limits ?? false),
    botToken: 'xoxb-home-baton',
    appToken: 'xapp-1-home-baton',
    origin: '',
    id,
    addPerson,
    addChannel,
    person: (reference: string) => named(people, 'person', reference),
    channel: (reference: string) => named(channels, 'channel', reference),
    nameOf: (reference: string) => people.get(reference)?.name ?? channels.get(reference)?.name ?? reference,

    /** A time stamp that names a message: later ones are greater. */
    stamp: () => `${Math.floor(now() / 1000)}.${String(++serial).padStart(6, '0')}`,

    /** The channel of a person’s direct messages with the app. */
    direct(person: Person): Channel {
      const found = [...channels.values()].find(({ kind, user }) => kind === 'im' && user === person.id);
      return found ?? addChannel({ id: `D${person.id.slice(1)}`, name: 'directmessage', kind: 'im', user: person.id });
    },

    /** The blocks with the names that Slack gives to those without one. */
    withIds<T extends Block>(blocks: readonly T[]): T[] {
      const copy = structuredClone(blocks) as T[];
      for (const block of copy) block.block_id ??= id('b');
      for (const { element } of elementsOf(copy)) element.action_id ??= id('a');
      return copy;
    },

    changed() {
      for (const listener of [...listeners]) listener();
    },
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
