/** `runs`: the latest runs, newest first. */
import { BatonError } from '../contracts/error.ts';
import { harmless } from '../core/cards/in-short.ts';
import { shortRun } from '../core/cards/text.ts';
import { duration, moment } from '../core/cards/times.ts';
import { wordsIn } from '../core/cards/words.ts';
import type { RouteUse } from '../core/store/route-use.ts';
import type { RunRow } from '../core/store/runs.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { withBaton } from './open.ts';
import { columnsOf } from './table.ts';

const mostRows = 1_000;
const words = wordsIn('en');

export function listLatest(call: Call): Promise<number> {
  const { flags, terminal } = call;
  const limit = readLimit(flags);
  return withBaton(call, false, async ({ orchestrator: { desk } }) => {
    if (flags.overkill) return tellOverkill(await desk.routeUse(lookedAt), call);
    const runs = await desk.runs(limit);
    if (flags.json) for (const run of runs) terminal.out(JSON.stringify(run));
    else if (runs.length === 0) terminal.out('There is no run yet.');
    else for (const line of table(runs)) terminal.out(line);
    return exit.completed;
  });
}

/** So many runs say something about their route, and so many of the latest are looked at. */
const [enough, lookedAt] = [5, 1_000];

/** Routes that take the long way for what one agent closes in one pass. */
function tellOverkill(use: readonly RouteUse[], { flags, terminal: { out } }: Call): number {
  const found = use.filter(({ runs, short, needed }) => runs >= enough && short === 0 && needed === 0);
  if (flags.json) for (const one of found) out(JSON.stringify(one));
  else if (found.length === 0)
    out(`No route is overkill, by its last runs (it takes ${enough} completed ones to tell).`);
  for (const { route, runs } of flags.json ? [] : found) {
    out(`${route}: none of its ${runs} runs needed more than one agent, once. A plan of one step would do.`);
  }
  return exit.completed;
}

function readLimit({ limit: given, overkill }: Call['flags']): number {
  const limit = given === undefined ? 20 : Number(given);
  const isMeant = given === undefined || overkill === undefined;
  if (isMeant && Number.isInteger(limit) && limit >= 1 && limit <= mostRows) return limit;
  const hint = isMeant
    ? `must be a whole number from 1 to ${mostRows}`
    : `has no meaning beside --overkill, which looks at the last ${lookedAt} runs`;
  throw new BatonError('usage', `--limit ${hint}`, { problems: [{ code: 'usage', path: '--limit', hint }] });
}

function table(runs: readonly RunRow[]): string[] {
  const rows = runs.map(({ id, status, route, title, createdAt, finishedAt }) => [
    shortRun(id),
    status,
    route ?? '–',
    moment(createdAt, words),
    finishedAt === null ? '–' : duration(finishedAt - createdAt, words),
    harmless(title, 60),
  ]);
  return columnsOf([['run', 'status', 'route', 'begun', 'took', 'task'], ...rows]);
}
