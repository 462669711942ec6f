/** A step that does not close by itself, at the terminal: its answers come from the question, not from the terminal. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { baton } from '../../cli/command.ts';
import { keys, place } from './place.ts';
import { openPty } from './pty.ts';

/** A deployment whose one step fails until there is a file beside it. */
async function broken() {
  const here = await place();
  const file = join(here.home, 'baton.config.ts');
  const repaired = join(here.home, 'repaired');
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
     import { defineAgent, defineConfig, defineRoute } from 'baton';
     import { z } from 'zod';
     const weigh = defineAgent({
       name: 'scale.weigh', title: 'Weigh the parcel', effect: 'read', retry: { attempts: 1 },
       input: z.strictObject({ parcel: z.string() }),
       output: z.strictObject({ grams: z.int(), by: z.string().optional() }),
       run: () => {
         if (!existsSync(${JSON.stringify(repaired)})) throw new Error('the scale does not answer');
         return { grams: 7 };
       },
     });
     const route = defineRoute({
       name: 'weigh', title: 'Weigh', description: 'Weighs a parcel.', patterns: [/^weigh (?<parcel>\\w+)/i],
       fields: z.strictObject({ parcel: z.string() }), questions: { deciders: { people: ['operator'] } },
       plan: (p) => p.step('weigh', weigh, ({ task }) => ({ parcel: task.parcel }))
         .answer(({ steps }) => ({ grams: steps.weigh.grams })),
     });
     export default defineConfig(() => ({ routes: [route], people: { operator: {} } }));`,
  );
  return { ...here, file, repair: () => writeFileSync(repaired, ''), [Symbol.asyncDispose]: here[Symbol.asyncDispose] };
}

describe('a failed step', { concurrency: 2 }, () => {
  test('its output can be given field by field, and is checked as the agent’s own would be', async () => {
    await using here = await broken();
    await using pty = openPty({ columns: 80, rows: 40, env: here.env, line: ['console', '--config', here.file] });
    await pty.until(/\n›/);
    pty.type(`weigh A7${keys.enter}`);
    await pty.until(/\[r\] [^\n]*\[g\] [^\n]*\[s\] /);
    pty.type('g');
    await pty.until(/› grams/);
    pty.type(`heavy${keys.enter}`);
    await pty.until(/› grams +heavy\n +must be integer/);
    pty.type(`${keys.clear}120${keys.enter}${keys.enter}`);
    const seen = await pty.until(/✓ Completed/);
    assert.match(seen, /grams +120/);
    assert.match(seen, /result given by operator/i);
  });

  test('retry <run> answers what waits for it, and begins the task of an ended run anew', async () => {
    await using here = await broken();
    const call = (input: string) =>
      baton(here.database.url, ['console', '--config', here.file], { env: here.env, input });
    const first = await call('weigh A7\n');
    assert.equal(first.code, 3, first.err);
    const run = /^([0-9a-f]{8}) /m.exec(first.out)![1]!;
    here.repair();
    const again = await call(`retry ${run}\n`);
    assert.equal(again.code, 0, again.out);
    assert.match(again.out, /grams +7/);
    const stopped = await call('weigh B8\n');
    assert.equal(stopped.code, 0, stopped.out);
    assert.match((await call(`retry ${run}\n`)).out, /It completed: there is nothing to do again/);
  });
});
