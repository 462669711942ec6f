/** Who may begin a run and who may stop one. Authority comes from the authenticated person and the configuration. */
import type { Actor, Task } from '../contracts/task.ts';
import { isWithin } from './places.ts';
import { type Registry, resolveDeciders } from './registry.ts';

/** Whoever is nobody of the configuration, in a conversation where anybody may begin tasks; null anywhere else. */
export const guestIn = (
  { rooms }: Registry,
  channel: string,
  account: string | undefined,
  conversation: string,
): string | null =>
  account !== undefined && rooms.some((room) => isWithin(conversation, room)) ? `${channel}:${account}` : null;

/** A guest is called by the channel that vouches for them; ids of the configuration have no colon. */
const isGuest = ({ person, via }: Actor): boolean => person.startsWith(`${via}:`);

/** People of the configuration begin runs, and guests where they are welcome. */
export const mayStart = (registry: Registry, { requester, conversation }: Pick<Task, 'requester' | 'conversation'>) =>
  registry.people.has(requester.person) ||
  (isGuest(requester) && registry.rooms.some((room) => isWithin(conversation, room)));

/** The requester, and whom the route names. */
export function mayControl(registry: Registry, route: string | null, requester: string, actor: Actor): boolean {
  if (!registry.people.has(actor.person) && !isGuest(actor)) return false;
  if (actor.person === requester) return true;
  const data = route === null ? undefined : registry.routes.get(route)?.data;
  if (!data) return false;
  return [data.controllers, data.questions.deciders].some((who) =>
    resolveDeciders(registry, who).includes(actor.person),
  );
}
