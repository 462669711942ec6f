/** Goes through all data and looks for what must never be: a defect, a half restored back-up, a hand in the tables. */
import type { Database } from '../store/database.ts';
import { type Invariant, invariants, type Violation } from '../store/invariants.ts';
import { type Finding, fine, wrong } from './finding.ts';

/** One finding an invariant, as it is known. */
export async function* checkDeep({ sql }: Pick<Database, 'sql'>): AsyncGenerator<Finding> {
  for (const one of invariants) yield findingOf(one, await one.find(sql));
}

function findingOf({ check, holds }: Invariant, found: readonly Violation[]): Finding {
  const [first] = found;
  if (!first) return fine(check, holds);
  const told = found.map(({ run, what }) => (run === null ? what : `${run}: ${what}`));
  const more = first.total > found.length ? `; ${first.total - found.length} more` : '';
  const advice = 'this must never be: keep a copy of the database as it is, and report it with this line';
  const runs = [...new Set(found.flatMap(({ run }) => run ?? []))];
  return wrong(check, `not so that ${holds}: ${told.join('; ')}${more}`, advice, { runs });
}
