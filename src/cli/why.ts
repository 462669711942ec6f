/** `why`: how a run came to where it is, in plain words. `show` has every call; this has the reasons. */

import { renderCard } from '../core/cards/lines.ts';
import { whyCard } from '../core/cards/why.ts';
import { replay } from '../core/evolve.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { findRun } from './find.ts';
import { withBaton } from './open.ts';

export const explainRun = (call: Call): Promise<number> =>
  withBaton(call, false, async ({ orchestrator: { desk } }) => {
    const { terminal, flags } = call;
    const { id } = await findRun(desk, call.arguments[0] ?? '');
    const entries = await desk.journal(id);
    const state = replay(id, entries);
    const card = whyCard(state, await desk.known(state), entries);
    const lines = flags.json ? [JSON.stringify({ run: id, ...card })] : renderCard(card, terminal.paint);
    lines.forEach(terminal.out);
    return exit.completed;
  });
