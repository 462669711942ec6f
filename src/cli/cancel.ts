/** `cancel`: stops a run, takes back what it did, and says how that went. */
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { findRun } from './find.ts';
import { followRun, operator } from './follow.ts';
import { withBaton } from './open.ts';
import { createProgressView } from './views.ts';

/** Exits with 0 once the run is cancelled. */
export const cancelRun = (call: Call): Promise<number> =>
  withBaton(call, true, async ({ orchestrator: { desk } }) => {
    const { terminal, signal } = call;
    const { id } = await findRun(desk, call.arguments[0] ?? '');
    const { result } = await desk.cancel(id, operator);
    if (result !== 'requested') {
      const why = { already_over: 'is over already', not_allowed: 'is not yours to cancel', unknown_run: 'is gone' };
      terminal.err(`Run ${id} ${why[result]}. Nothing was changed.`);
      return exit.notCompleted;
    }
    let cancelled = false;
    const view = createProgressView(terminal);
    const ended = await followRun(id, {
      desk,
      view: {
        ...view,
        entry: (entry, state, known) => {
          // What came before the wish is known; it is in `show`.
          cancelled ||= state.cancelled !== null;
          if (cancelled) view.entry(entry, state, known);
        },
      },
      signal,
    });
    const [row] = await desk.find(id);
    return row?.status === 'cancelled' ? exit.completed : ended;
  });
