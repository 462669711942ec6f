/** The people of a configuration, and whether those who are to decide exist. */
import type { PersonDefinition } from '../../contracts/config.ts';
import type { Problem } from '../../contracts/error.ts';
import type { Deciders, Terms } from '../../contracts/escalation.ts';
import { suggestion } from '../nearest.ts';

export interface Person {
  id: string;
  name: string;
  roles: string[];
  /** By channel. */
  accounts: Readonly<Record<string, string>>;
}

export type People = ReadonlyMap<string, Person>;

/** Whoever sits at the terminal. */
const operator = 'operator';

/** The people by id, the operator among them even when nobody declared one. */
export function peopleOf(declared: Record<string, PersonDefinition>): People {
  const all: Record<string, PersonDefinition> = { [operator]: {}, ...declared };
  return new Map(
    Object.entries(all).map(([id, { name = id, roles = [], accounts = {} }]) => [
      id,
      { id, name, roles: [...roles], accounts: { ...accounts } },
    ]),
  );
}

/** Where a person is reached on their own, best first. */
export const addressesOf = (people: People, person: string): string[] =>
  Object.entries(people.get(person)?.accounts ?? {}).map(([channel, account]) => `${channel}:${account}`);

/** Whose account it is; null for a stranger. */
export const personWith = (people: People, channel: string, account: string): string | null =>
  [...people.values()].find(({ accounts }) => accounts[channel] === account)?.id ?? null;

/** An account belongs to one person: two votes of one are one. */
export function checkAccounts(people: People): Problem[] {
  const owners = new Map<string, string>();
  return [...people.values()].flatMap(({ id }) =>
    addressesOf(people, id).flatMap((address) => {
      const owner = owners.get(address);
      owners.set(address, id);
      if (!/^[a-z]+:[^:\s]{1,150}$/.test(address)) {
        return [
          { code: 'account_invalid', path: `people.${id}.accounts`, hint: 'name a channel and its id of the person' },
        ];
      }
      const hint = `${owner} has the same account; an account belongs to one person`;
      return owner === undefined ? [] : [{ code: 'account_shared', path: `people.${id}.accounts`, hint }];
    }),
  );
}

/** Those named and those who have one of the roles. */
export function peopleIn(people: People, deciders: Deciders): string[] {
  const { people: named = [], roles = [] } = deciders;
  const ids = [...people.values()]
    .filter((person) => named.includes(person.id) || person.roles.some((role) => roles.includes(role)))
    .map((person) => person.id);
  return ids.sort();
}

export const checkRooms = (rooms: readonly string[]): Problem[] =>
  rooms
    .filter((room) => !/^[a-z]+:[^:\s]{1,150}$/.test(room))
    .map((room) => ({
      code: 'room_invalid',
      path: `rooms.${room}`,
      hint: 'name a channel and its id of a conversation',
    }));

export const checkTasks = (perMinute: number): Problem[] =>
  Number.isInteger(perMinute) && perMinute >= 1 && perMinute <= 10_000
    ? []
    : [{ code: 'limit_invalid', path: 'tasksPerMinute', hint: 'a whole number from 1 to 10000' }];

/** People and roles that do not exist. */
export function checkDeciders(deciders: Deciders, people: People, path: string): Problem[] {
  const roles = [...people.values()].flatMap((person) => person.roles);
  const strangers = (deciders.people ?? []).filter((id) => !people.has(id));
  const vacant = (deciders.roles ?? []).filter((role) => !roles.includes(role));
  return [
    ...strangers.map((id) => ({
      code: 'unknown_person',
      path: `${path}.people`,
      hint: `nobody is called ${id}; ${suggestion(id, people.keys())}`,
    })),
    ...vacant.map((role) => ({
      code: 'unknown_role',
      path: `${path}.roles`,
      hint: `nobody has the role ${role}; ${suggestion(role, roles)}`,
    })),
  ];
}

/** Whether a question with these terms can ever be decided. */
export function checkTerms(terms: Terms, people: People, path: string): Problem[] {
  const { people: named = [], roles = [] } = terms.deciders;
  if (named.length + roles.length === 0) {
    const hint = 'nobody could answer: name people or roles';
    return [{ code: 'nobody_decides', path: `${path}.deciders`, hint }];
  }
  const unknown = [
    ...checkDeciders(terms.deciders, people, `${path}.deciders`),
    ...(terms.tiers ?? []).flatMap((tier, i) => checkDeciders(tier.deciders, people, `${path}.tiers.${i}.deciders`)),
  ];
  const count = peopleIn(people, terms.deciders).length;
  if (unknown.length > 0 || terms.quorum <= count) return unknown;
  const hint = `${terms.quorum} votes are needed, and only ${count} can vote: lower it, or add people`;
  return [{ code: 'quorum_too_large', path: `${path}.quorum`, hint }];
}
