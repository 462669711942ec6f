import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { baton, codeIn } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-cli-'));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, source: string): string => {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
};

/** Nothing listens there. */
const nowhere = 'postgres://nobody:hunter22@127.0.0.1:9/none';

test('help is an overview with a first command to try', async () => {
  for (const line of [['help'], ['--help']]) {
    const { code, out } = await baton(null, line);
    assert.equal(code, 0);
    assert.match(out, /npm start -- run "Refund order 1042/);
  }
  const { out } = await baton(null, ['run', '--help']);
  assert.match(out, /--decide <answer>/);
  assert.match((await baton(null, ['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});

test('mistakes in a command line exit with 2, all at once, and say what was probably meant', async () => {
  const told = async (...line: string[]) => {
    const { code, out, err } = await baton(nowhere, line);
    assert.deepEqual([code, out], [2, ''], err);
    return err;
  };
  assert.match(await told('decid', 'x'), /decid: is no command; did you mean decide\?/);
  const two = await told('run', '--jsno', '--decied', 'approve');
  assert.match(two, /--jsno: is no flag of run; did you mean --json\?/);
  assert.match(two, /--decied: is no flag of run; did you mean --decide\?/);
  assert.match(await told('run'), /<task>: is missing/);
  assert.match(await told('run', 'x', '--decide', '--json'), /--decide: needs a value/);
  assert.match(await told('run', 'x', '--decide', 'aprove'), /did you mean approve\?/);
  assert.match(await told('decide', 'a-b', 'edit:{x'), /is not JSON/);
  assert.match(await told('runs', '--limit', 'many'), /--limit: must be a whole number/);
  assert.match(await told('runs', '--overkill', '--limit', '5'), /--limit: has no meaning beside --overkill/);
});

test('every problem of a configuration is listed, with where it is and what to do', async () => {
  const path = write(
    'wrong.config.ts',
    `import { defineAgent, defineConfig, defineRoute } from 'baton';
     import { z } from 'zod';
     const agent = defineAgent({
       name: 'a.b', title: 'A', effect: 'compensable', input: z.strictObject({ d: z.date() }),
       output: z.strictObject({}), run: () => ({}),
     });
     const read = defineAgent({
       name: 'a.read', title: 'Read', effect: 'read', input: z.strictObject({}), output: z.strictObject({}), run: () => ({}),
     });
     const route = defineRoute({
       name: 'r', title: 'R', description: 'R', fields: z.strictObject({ order: z.string() }), patterns: [/(?<ordr>.)/],
       plan: (p) => p.step('read', read, () => ({})).answer(() => ({})),
       questions: { deciders: { roles: ['finanse'] } },
     });
     export default defineConfig(() => ({ routes: [route], agents: [agent], people: { anna: { roles: ['finance'] } } }));`,
  );
  const { code, err } = await baton(nowhere, ['runs', '--config', path]);
  assert.equal(code, 2);
  assert.match(err, /The configuration has \d problems/);
  for (const told of [/agents\.a\.b@1\.input/, /did you mean finance\?/, /ordr is no field; did you mean order\?/]) {
    assert.match(err, told);
  }
  assert.match(
    (await baton(nowhere, ['runs', '--config', join(folder, 'none.ts')])).err,
    /There is no configuration file/,
  );
  const setting = await baton(nowhere, ['runs'], { env: { BATON_LOGLEVEL: 'info' } });
  assert.deepEqual([setting.code, /did you mean BATON_LOG_LEVEL\?/.test(setting.err)], [2, true]);
});

test('a database out of reach exits with 4, and its password is not told', async () => {
  const { code, err } = await baton(nowhere, ['run', 'Refund order 1042, damaged'], {
    env: { BATON_LOG_LEVEL: 'trace' },
  });
  assert.equal(code, 4, err);
  assert.match(err, /Postgres does not answer \(ECONNREFUSED\)/);
  assert.doesNotMatch(err, /hunter22/);
});

test('a configuration file from elsewhere on the disk runs', async () => {
  await using database = await testDatabase();
  const path = write(
    'greet.config.ts',
    `import { approval, defineAgent, defineConfig, defineRoute } from 'baton';
     import { z } from 'zod';
     const greet = defineAgent({
       name: 'greet', title: 'Greet', effect: 'reversible', redact: ['input.secret'],
       input: z.strictObject({ name: z.string(), secret: z.string() }), output: z.strictObject({ text: z.string() }),
       run: ({ name, secret }) => ({ text: 'Hello, ' + name + ' \\u001b[31m ' + secret }),
     });
     const route = defineRoute({
       name: 'greet', title: 'Greet', description: 'Greets.', patterns: [/^greet (?<name>\\w+) with (?<secret>\\w+)$/],
       fields: z.strictObject({ name: z.string(), secret: z.string() }),
       plan: (p) => p.step('greet', greet, ({ task }) => ({ name: task.name, secret: task.secret }))
         .answer(({ steps }) => ({ said: steps.greet.text })),
       questions: { deciders: { people: ['anna'] } },
       approvals: [approval(greet, () => ({ deciders: { people: ['anna'] } }))],
     });
     export default defineConfig(() => ({ routes: [route], people: { anna: {} } }));`,
  );
  const config = ['--config', path];
  const run = await baton(database.url, ['run', 'greet Bob with sesame77', '--decide', 'approve', ...config]);
  assert.equal(run.code, 3, 'the operator is not among those who decide');
  assert.match(run.err, /Not allowed: you are not among those who decide this/);
  const shown = run.out.replace(/^Run .*$/m, '');
  assert.doesNotMatch(shown, /sesame77/);
  assert.match(shown, /secret +hidden/);
  const json = await baton(database.url, ['show', /^Run (\S+)/.exec(run.out)![1]!, '--json', ...config]);
  assert.equal(json.code, 0);
  assert.doesNotMatch(json.out, /sesame77/);
  assert.match(codeIn(run.out), /-/);
});
