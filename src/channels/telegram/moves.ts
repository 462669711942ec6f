/**
 * Groups that became supergroups: they have another id by then, and numbers of messages begin anew
 * (core.telegram.org/bots/api#message, migrate_to_chat_id). Baton goes on calling them by their first one.
 */
import type { Hall } from '../../contracts/channel.ts';
import { type Address, addressOf, isGroup, readAddress, refOf } from './address.ts';
import type { Read } from './read.ts';

export interface Moves {
  /** Where an address is now, as far as this process knows. */
  now(address: Address): Address;
  /** Rejects when it could not be written down; this process knows it all the same. */
  learn(from: string, to: string): Promise<void>;
  /** An update, by the address that Baton knows its conversation by. */
  housed(read: Read): Promise<Read>;
}

export function createMoves(hall: Pick<Hall, 'moved' | 'homeOf'>): Moves {
  /** By the id that Baton knows. */
  const current = new Map<string, string>();
  const homes = new Map<string, string>();

  const learn = (from: string, to: string): Promise<void> => {
    current.set(from, to);
    return hall.moved(`telegram:${from}`, `telegram:${to}`);
  };

  /** Another process may have heard of a move, so that only what is known to have moved is remembered. */
  const homeOf = async (address: Address): Promise<Address> => {
    const { chat, topic } = address;
    const known = homes.get(chat) ?? readAddress(await hall.homeOf(`telegram:${chat}`))?.chat ?? chat;
    if (known === chat) return address;
    homes.set(chat, known);
    current.set(known, chat);
    return { chat: known, topic };
  };

  return {
    now: ({ chat, topic }) => ({ chat: current.get(chat) ?? chat, topic }),
    learn,
    housed: async (read) => {
      if (read.kind === 'moved') await learn(read.from, read.to);
      if (read.kind !== 'inbound') return read;
      const { inbound } = read;
      const here = readAddress(inbound.conversation);
      if (!here || !isGroup(here)) return read;
      const home = await homeOf(here);
      if (home === here) return read;
      const housed = { ...inbound, conversation: addressOf(home) };
      if (housed.kind !== 'said' || housed.about === null) return { ...read, inbound: housed };
      const about = refOf({ chat: here.chat, id: Number(housed.about) }, home);
      return { ...read, inbound: { ...housed, about } };
    },
  };
}
