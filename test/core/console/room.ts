/** A channel whose updates a test hands in, and whose cards it reads: what a platform's channel does, without one. */
import { randomUUID } from 'node:crypto';
import { createMemoryChannel, type MemoryChannel } from '../../../src/channels/memory.ts';
import type { Channel, Hall, Inbound, Receipt } from '../../../src/contracts/channel.ts';
import type { Configuration } from '../../../src/contracts/config.ts';
import { running } from '../../support/running.ts';
import { createShop } from '../../support/world.ts';

type Loose<T> = T extends unknown ? Omit<T, 'key' | 'person' | 'conversation'> : never;
type Update = Loose<Inbound>;

export interface Room {
  memory: MemoryChannel;
  hall: Hall;
  /** Hands an update in, as a person in a conversation. */
  hand(person: string | null, update: Update, conversation?: string, key?: string): Promise<Receipt>;
  say(
    person: string,
    text: string,
    more?: { about?: string | null; inThread?: boolean; conversation?: string },
  ): Promise<Receipt>;
}

/** People with accounts on the channel `memory`, and a process that works for them. */
export async function room(
  more: Partial<Configuration> = {},
  wrap: (channel: MemoryChannel) => Partial<Channel> = () => ({}),
  others: readonly Channel[] = [],
) {
  const memory = createMemoryChannel();
  let given: Hall | null = null;
  const channel: Channel = {
    ...memory,
    start: async (hall) => {
      given = hall;
      await memory.start(hall);
    },
    ...wrap(memory),
  };
  const shop = createShop();
  const people = {
    operator: { roles: ['finance'] },
    anna: { name: 'Anna', roles: ['finance'], accounts: { memory: 'anna' } },
    boris: { name: 'Boris', roles: ['finance'], accounts: { memory: 'boris' } },
    carl: { accounts: { memory: 'carl' } },
  };
  const at = await running({
    channels: [channel, ...others],
    shop,
    configuration: shop.configuration({ people, ...more }),
  });
  const hall = given! as Hall;
  const hand: Room['hand'] = (person, update, conversation = 'memory:room', key = randomUUID()) =>
    hall.receive({ ...update, key, person, conversation } as Inbound);
  const say: Room['say'] = (person, text, { about = null, inThread = false, conversation } = {}) =>
    hand(person, { kind: 'said', text, about, inThread }, conversation);
  return { ...at, memory, hall, hand, say };
}
