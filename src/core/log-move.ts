/** What an operator reads of a commit: one line when the run moves, and one for each step at debug. No values. */
import type { Change } from './change.ts';
import type { Log } from './ports.ts';
import { type RunState, statusOf } from './state.ts';

export function logMove(log: Log, before: RunState, after: RunState, change: Change): void {
  const { run: runId, status } = change;
  if (status !== null) log.info({ runId, route: after.route?.name, from: statusOf(before), status }, 'run moved');
  for (const event of change.events) {
    if ('ref' in event) log.debug({ runId, step: event.ref, event: event.type }, 'step moved');
  }
}
