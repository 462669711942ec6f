/** People who answer whatever is asked about shapes, each in their own way and time, and who cancel now and then. */
import type postgres from 'postgres';
import type { Question } from '../../src/contracts/escalation.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { Desk } from '../../src/core/desk.ts';
import { idempotencyKey } from '../../src/core/effect.ts';
import { sayOf } from '../support/simulation-people.ts';
import { drawn } from '../support/simulation-scenario.ts';
import { anna, boris, operator } from '../support/world.ts';
import { scenarioOf } from './shapes.ts';

interface Open {
  code: string;
  run: string;
  title: string;
  question: Question;
}

const shapeOf = (title: string): number => Number(/(\d+)$/.exec(title)?.[1]);

export function createPeople(sql: postgres.Sql, desk: Desk) {
  const seen = new Map<string, number>();
  let looks = 0;

  /** What a person finds who looks whether it happened. */
  const happened = async (run: string, { subject }: Question): Promise<boolean> => {
    const key = idempotencyKey(run, subject!.step, subject!.revision, false);
    return (await sql`select 1 from shape_ledger where key = ${key}`).length > 0;
  };

  const say = async ({ run, title, question }: Open, times: number): Promise<readonly [string, Json | undefined]> => {
    const shape = shapeOf(title);
    const pick = drawn(10, 'says', shape, question.step ?? '', question.kind, times);
    const [verb, value] = sayOf(scenarioOf(shape), question, pick, times);
    if (question.kind !== 'uncertain' || verb === 'stop') return [verb, value];
    return (await happened(run, question)) ? ['done', { n: 4, even: true, list: [1, 2] }] : ['retry', undefined];
  };

  const answer = async (open: Open): Promise<void> => {
    const about = `${open.run} ${open.question.step} ${open.question.kind}`;
    const times = (seen.get(about) ?? 0) + 1;
    const [verb, value] = await say(open, times);
    const ballot = { verb: verb as never, ...(value !== undefined && { value }) };
    const first = await desk.vote(open.code, { actor: anna, ...ballot });
    const last = first.result === 'counted' ? await desk.vote(open.code, { actor: boris, ...ballot }) : first;
    if (last.result === 'decided') seen.set(about, times);
    // What does not fit, e.g. one element given for a list, is answered in another way the next time.
    else if (last.result === 'invalid_value') await desk.vote(open.code, { actor: boris, verb: 'stop' });
  };

  return {
    /** One look at everything that is open; says how many questions there were. */
    look: async (): Promise<number> => {
      looks += 1;
      const open = await sql<Open[]>`
        select e.code, e.run_id as run, r.title, e.question from escalations e join runs r on r.id = e.run_id
        where e.status = 'open' order by e.asked_at limit 100`;
      // Nobody answers everything at once; some hesitate for so long that a question expires.
      const now = open.filter(({ code }) => drawn(4, 'answers', code, looks) > 0 && !hesitates(code));
      for (let i = 0; i < now.length; i += 10) await Promise.all(now.slice(i, i + 10).map(answer));
      return open.length;
    },
    cancel: async (): Promise<void> => {
      const [row] = await sql<{ id: string }[]>`
        select id from runs where finished_at is null offset ${drawn(12, 'cancels', looks)} limit 1`;
      if (row) await desk.cancel(row.id, operator);
    },
  };

  function hesitates(code: string): boolean {
    return drawn(6, 'hesitates', code) === 0 && drawn(12, 'still', code, looks) > 0;
  }
}
