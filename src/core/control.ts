/** Who may begin a run and who may stop one. Authority comes from the authenticated person and the configuration. */
import type { Actor } from '../contracts/task.ts';
import { type Registry, resolveDeciders } from './registry.ts';

/** Only people of the configuration begin runs. */
export const mayStart = (registry: Registry, actor: Actor): boolean => registry.people.has(actor.person);

/** The requester, and whom the route names. */
export function mayControl(registry: Registry, route: string | null, requester: string, actor: Actor): boolean {
  if (!registry.people.has(actor.person)) return false;
  if (actor.person === requester) return true;
  const data = route === null ? undefined : registry.routes.get(route)?.data;
  if (!data) return false;
  return [data.controllers, data.questions.deciders].some((who) =>
    resolveDeciders(registry, who).includes(actor.person),
  );
}
