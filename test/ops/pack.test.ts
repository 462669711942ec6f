/** The npm package as a stranger has it: packed, installed into an empty folder, used without this clone. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { blocksOf, callsIn, root, unsaid, wordsOf } from '../support/documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-pack-'));
const project = join(folder, 'project');
after(() => rmSync(folder, { recursive: true }));

function call(command: string, args: string[], { cwd = project, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = { code: null as number | null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.err += text;
  });
  return new Promise<typeof ended>((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

/** Why nothing of this can be tried here, or false. */
let skip: string | false = false;

const guide = blocksOf('docs/processes.md');
const commandsOf = (language: string): string[] =>
  guide
    .filter((block) => block.language === language)
    .flatMap(({ text }) => text.trim().split('\n'))
    .filter((line) => language === 'sh' || line.startsWith('$ '));

before(async () => {
  const packed = await call('npm', ['pack', '--pack-destination', folder], { cwd: root });
  assert.equal(packed.code, 0, packed.err);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  mkdirSync(project);
  // Neither the second Node nor the embedded Postgres: this Node and the test's database are there.
  const env = {
    NPM_CONFIG_OMIT: 'optional',
    NPM_CONFIG_PREFER_OFFLINE: 'true',
    NPM_CONFIG_AUDIT: 'false',
    NPM_CONFIG_FETCH_RETRIES: '1',
  };
  for (const command of commandsOf('sh').filter((line) => line.startsWith('npm '))) {
    const [npm = '', ...words] = wordsOf(command).map((word) => (word === 'baton' ? join(folder, tarball) : word));
    const { code, err } = await call(npm, words, { env: { ...networkEnv, ...env } });
    if (isAway(err)) skip = 'the npm registry is away';
    else assert.equal(code, 0, `${command}: ${err}`);
  }
});

/** A registry that answers with half of a list is as good as one that does not answer: `zod@undefined`. */
const isAway = (err: string): boolean =>
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Found: \S+@undefined/.test(err);

/** What the network of this machine needs, such as the certificates of a company's proxy; never what npm told itself. */
const networkEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(SSL_|NODE_EXTRA_CA_CERTS$|(HTTPS?|NO)_PROXY$)/i.test(name)),
) as Record<string, string>;

const source = `
import { approval, defineAgent, defineRoute, gt } from 'baton';
import { z } from 'zod';

const give = defineAgent({
  name: 'gift.give', title: 'Give', effect: 'irreversible', idempotent: true,
  input: z.strictObject({ to: z.string(), amount: z.number() }), output: z.strictObject({ pid: z.number() }),
  run: () => ({ pid: process.pid }),
});
const alone = defineAgent({
  name: 'gift.alone', title: 'Give alone', effect: 'read', isolate: process.env.ALONE === 'yes',
  input: z.strictObject({}), output: z.strictObject({ pid: z.number() }), run: () => ({ pid: process.pid }),
});
export const route = defineRoute({
  name: 'gift', title: 'A gift', description: 'Gives money.', patterns: [/^give (?<to>\\w+) (?<amount>\\d+)$/],
  fields: z.strictObject({ to: z.string(), amount: z.number() }),
  plan: (p) => p
    .step('alone', alone, () => ({}))
    .step('give', give, ({ task }) => ({ to: task.to, amount: task.amount }), () => ({ after: ['alone'] }))
    .answer(({ steps }) => ({ pids: [steps.alone.pid, steps.give.pid] })),
  questions: { deciders: { people: ['operator'] } },
  approvals: [approval(give, ({ input }) => ({ when: gt(input.amount, 100), deciders: { people: ['operator'] } }))],
});
`;

test('it holds what runs, and neither tests nor sources', (t) => {
  if (skip) return t.skip(skip);
  const inside = join(project, 'node_modules/baton');
  const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'docs', 'drizzle', 'package.json'];
  assert.deepEqual(readdirSync(inside).sort(), expected);
  const compiled = readdirSync(join(inside, 'dist'), { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    compiled.filter((name) => /\.ts$/.test(name) && !/\.d\.ts$/.test(name)),
    [],
  );
  const migrations = (from: string) => readdirSync(join(from, 'drizzle')).filter((name) => name.endsWith('.sql'));
  assert.deepEqual(migrations(inside), migrations(root));
});

test('a program in plain JavaScript runs a task on it to its end, says nothing else, and ends by itself', async (t) => {
  if (skip) return t.skip(skip);
  await using database = await testDatabase();
  writeFileSync(join(project, 'gift.js'), source);
  writeFileSync(
    join(project, 'app.js'),
    `import { createBaton } from 'baton';
     import { route } from './gift.js';
     const baton = await createBaton({
       databaseUrl: process.env.DATABASE_URL, configuration: { routes: [route], people: { operator: {}, ben: {} } },
     });
     await baton.start();
     const run = await baton.submit('give Carla 500', { requester: 'ben' });
     for await (const { event } of baton.events(run)) {
       if (event.type === 'asked') await baton.decide(event.question.code, 'approve', { by: 'operator' });
     }
     const { status, answer } = await baton.result(run);
     await baton.stop();
     console.log(status, answer.pids.every((pid) => pid === process.pid));`,
  );
  const ended = await call(process.execPath, ['app.js'], { env: { DATABASE_URL: database.url } });
  assert.deepEqual(ended, { code: 0, out: 'completed true\n', err: '' });
});

test('its command runs the deployment of the folder, isolated agents too', async (t) => {
  if (skip) return t.skip(skip);
  await using database = await testDatabase();
  const env = { DATABASE_URL: database.url, ALONE: 'yes' };
  const missing = await call('npx', ['baton', 'runs'], { env });
  assert.equal(missing.code, 2);
  assert.match(missing.err, new RegExp(`no configuration file at ${project}/baton.config.ts`));
  writeFileSync(
    join(project, 'baton.config.ts'),
    `${source}
     import { defineConfig, type Configuration } from 'baton';
     export default defineConfig((): Configuration => ({ routes: [route], people: {} }));`,
  );
  const run = await call('npx', ['baton', 'run', 'give Dora 50', '--json'], { env });
  assert.equal(run.code, 0, run.err);
  const finished = JSON.parse(run.out.trim().split('\n').at(-1)!);
  const [alone, give] = finished.answer.inline.pids;
  assert.notEqual(alone, give);
  const version = await call('npx', ['baton', '--version']);
  assert.equal(version.out.trim(), JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
});

test('under an old Node the command hands over to the pinned one, or says what is missing', async (t) => {
  if (skip) return t.skip(skip);
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`;
  const under = (bin: string) =>
    call(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(old)}`, bin, '--version']);
  const without = await under(join(project, 'node_modules/baton/bin/baton.mjs'));
  assert.deepEqual([without.code, without.err], [2, 'Baton needs Node 24 or newer; this is Node 20.0.0.\n']);
  // Here the pinned Node is there, and `npm pack` has just compiled.
  const handed = await under(join(root, 'bin/baton.mjs'));
  assert.deepEqual([handed.code, handed.err], [0, '']);
  assert.match(handed.out, /^\d+\.\d+\.\d+\n$/);
});

test('the guide to a process of one’s own can be followed to the letter', async (t) => {
  if (skip) return t.skip(skip);
  await using database = await testDatabase();
  const env = { DATABASE_URL: database.url };
  for (const { language, file, text } of guide) if (language === 'ts') writeFileSync(join(project, file!), text);
  for (const { command, shown } of guide.filter(({ language }) => language === 'console').flatMap(callsIn)) {
    const [program = '', ...words] = wordsOf(command);
    const { out, err } = await call(program, words, { env });
    assert.equal(unsaid(shown, out), null, `${command}:\n${out}${err}`);
  }
  const [program = '', ...words] = wordsOf(commandsOf('sh').at(-1)!);
  assert.equal(program, 'node');
  for (const _ of ['the first time', 'and again on the same database']) {
    const tested = await call(process.execPath, words, { env });
    assert.equal(tested.code, 0, tested.out);
    assert.match(tested.out, /payroll waits for a yes/);
  }
});

test('every block of the guide is tried', () => {
  for (const { language, file, text, unrun } of guide) {
    assert.ok(['sh', 'ts', 'console'].includes(language), text);
    assert.ok(language !== 'ts' || file, `no file is named for ${text}`);
    assert.equal(unrun, null);
  }
});

test('its types hold for a strict user who checks libraries as well', async (t) => {
  if (skip) return t.skip(skip);
  writeFileSync(
    join(project, 'typed.ts'),
    `${source.replace('process.env.ALONE', "'no' as string").replaceAll('process.pid', '1')}
     import { type Baton, createBaton, createMemoryChannel, type JournalEvent, type RunResult } from 'baton';
     const baton: Baton = await createBaton({
       databaseUrl: 'postgres://x', channels: [createMemoryChannel()],
       configuration: ({ databaseUrl }) => ({ routes: [route], people: { [databaseUrl]: {} } }),
     });
     const all: JournalEvent[] = [];
     for await (const one of baton.events('x')) if (one.event.type === 'asked') all.push(one);
     const result: RunResult = await baton.result('x');
     export const status: 'completed' | 'failed' | 'cancelled' = result.status;
     // @ts-expect-error there is no such verb
     await baton.decide('x', 'aprove', { by: 'anna' });
     // @ts-expect-error a run comes to an end, or it is not over
     export const open: 'open' = result.status;`,
  );
  // The guide's too, but for its test, which needs the types of Node.
  const named = guide.flatMap(({ file }) => (file && !file.endsWith('.test.ts') ? [file] : []));
  for (const { file, text } of guide) if (file) writeFileSync(join(project, file), text);
  const files = ['typed.ts', ...named];
  const compilerOptions = {
    ...{ target: 'esnext', module: 'nodenext', lib: ['esnext', 'dom'], types: [], noEmit: true },
    allowImportingTsExtensions: true,
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const checked = await call(join(root, 'node_modules/.bin/tsc'), []);
  assert.deepEqual([checked.code, checked.out], [0, '']);
});
