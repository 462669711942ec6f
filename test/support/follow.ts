/** Beginning runs and waiting for what they come to. */
import type { Event, EventOf } from '../../src/contracts/event.ts';
import type { Actor } from '../../src/contracts/task.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { operator } from './world.ts';

/** Begins a run; the text is its key, so that the same text is the same message. */
export const begin = (world: Orchestrator, text: string, requester: Actor = operator, key = text): Promise<string> =>
  world.desk.submit({ source: 'test', key, task: { text, requester, conversation: null } });

/** The first event of that type, optionally of that step, or the n-th. */
export async function until<T extends Event['type']>(
  world: Orchestrator,
  run: string,
  type: T,
  { ref, nth = 1 }: { ref?: string; nth?: number } = {},
): Promise<EventOf<T>> {
  let left = nth;
  for await (const { events } of world.desk.follow(run, AbortSignal.timeout(60_000))) {
    for (const event of events) {
      const matches = event.type === type && (ref === undefined || ('ref' in event && event.ref === ref));
      if (!matches) continue;
      left -= 1;
      if (left === 0) return event as EventOf<T>;
    }
  }
  throw new Error(`run ${run} came to no ${type}`);
}

/** Everything that was journalled, in order. */
export const eventsOf = async (world: Orchestrator, run: string): Promise<Event[]> =>
  (await world.desk.journal(run)).flatMap(({ events }) => events);
