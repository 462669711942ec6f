/** `show`: the trace of a run. The trace is the journal; nothing else is asked. */

import { material } from '../core/cards/steps.ts';
import { traceLines } from '../core/cards/trace.ts';
import { replay } from '../core/evolve.ts';
import { openQuestions } from '../core/state.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { findRun } from './find.ts';
import { jsonLines } from './json.ts';
import { withBaton } from './open.ts';
import { howToAnswer } from './question.ts';

export const showRun = (call: Call): Promise<number> =>
  withBaton(call, false, async ({ orchestrator: { desk } }) => {
    const { terminal, flags } = call;
    const { id } = await findRun(desk, call.arguments[0] ?? '');
    const entries = await desk.journal(id);
    const state = replay(id, entries);
    const of = material(state, await desk.known(state));
    const ways = openQuestions(state).flatMap(({ question }) => ['', ...howToAnswer(question)]);
    const lines = flags.json
      ? entries.flatMap((entry) => jsonLines(entry, of))
      : [...traceLines(of, terminal.paint), ...ways];
    lines.forEach(terminal.out);
    return exit.completed;
  });
