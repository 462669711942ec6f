import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createHttpTransporter } from '../src/agents/http.ts';
import { createRegistry } from '../src/core/registry.ts';
import { baton } from './cli/command.ts';
import { testDatabase } from './support/database.ts';
import { blocksOf, callsIn, emptyFolder, root, unsaid, wordsOf } from './support/documents.ts';

const programs = blocksOf('README.md').filter(({ language }) => language === 'ts');
/** What npm does by itself, and prose about it. */
const npmsOwn = ['install', 'pack', 'package', 'packages', 'ci', 'init', 'pkg'];
const [example, api, incident, program] = programs;
const scripts = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).scripts;

test('the example of the README is a deployment that holds', async () => {
  using folder = emptyFolder();
  folder.write('pay-back.ts', example!.text);
  const configuration = await folder.configure(
    "import { payBack } from './pay-back.ts';",
    "{ routes: [payBack], people: { operator: { roles: ['finance'] } } }",
  );
  assert.deepEqual([...createRegistry(configuration).routes.keys()], ['pay-back']);
});

test('the API of the README is an agent that holds, and starts only with its secret', async () => {
  using folder = emptyFolder();
  folder.write('refund.ts', api!.text);
  const configuration = '{ routes: [], agents: [refund], people: {} }';
  const registry = createRegistry(await folder.configure("import { refund } from './refund.ts';", configuration));
  const problems = createHttpTransporter().problems?.(registry.agents.get('payments.refund@1')!.agent);
  assert.deepEqual(
    problems?.map(({ code }) => code),
    ['secret_missing'],
  );
  assert.equal(await folder.check(), '');
});

test('the services of the README make an incident that holds', async () => {
  using folder = emptyFolder();
  const configuration = await folder.configure(
    `import { createIncidentAgents } from '${root}/processes/incident/agents.ts';
     import { createIncidentRoute } from '${root}/processes/incident/route.ts';
     const agents = ${incident!.text}
     const routes = [createIncidentRoute(agents, { deciders: 'operations' })];`,
    "{ routes, people: { operator: { roles: ['operations'] } } }",
  );
  const { routes } = createRegistry(configuration);
  assert.match('Магазин не работает', routes.get('incident')!.route.patterns[0]!);
});

test('the program of the README runs, and compiles for a strict user', async () => {
  await using database = await testDatabase();
  using folder = emptyFolder();
  folder.write('pay-back.ts', example!.text);
  folder.write('app.ts', `${program!.text}\nconsole.log(status, JSON.stringify(answer));`);
  const ended = await folder.call(process.execPath, ['app.ts'], { DATABASE_URL: database.url });
  assert.deepEqual([ended.code, ended.err], [0, '']);
  assert.match(ended.out, /^completed \{"payment":"1042\/129\//);
  assert.equal(await folder.check(), '');
});

/** `npm start -- …` without npm, on a database that all commands of the README share. */
async function call(url: string, command: string, run: string) {
  const [npm, start, dashes, ...words] = wordsOf(command).map((word) => (word === '<run>' ? run : word));
  assert.deepEqual([npm, start, dashes], ['npm', 'start', '--'], command);
  return baton(url, words);
}

const readme = blocksOf('README.md');
const commands = readme
  .filter(({ language, unrun }) => language === 'sh' && !unrun)
  .flatMap(({ text }) => text.trim().split('\n'))
  // This is it.
  .filter((line) => line !== 'npm test');

test('the quick start does what is said of it', async () => {
  await using database = await testDatabase();
  const codes: (number | null)[] = [];
  let run = '';
  for (const command of commands) {
    const { code, out } = await call(database.url, command, run);
    run = /^Run (\S+)/.exec(out)?.[1] ?? run;
    codes.push(code);
  }
  // The second is rejected.
  assert.deepEqual(codes, [0, 1, ...commands.slice(2).map(() => 0)]);
});

test('what Baton looks like is what it says', async () => {
  await using database = await testDatabase();
  const transcripts = readme.filter(({ language }) => language === 'console').flatMap(callsIn);
  assert.ok(transcripts.length > 0);
  for (const { command, shown } of transcripts) {
    const { out } = await call(database.url, command, '');
    assert.equal(unsaid(shown, out), null, out);
  }
});

test('no block of the README goes untried', () => {
  assert.equal(programs.length, 4);
  // A picture, and the folders.
  // The screen is tried by test/channels/terminal/look.whole.test.ts.
  // The chat is played by test/channels/telegram/readme.test.ts.
  const tried = ['ts', 'sh', 'console', 'mermaid', 'text', 'screen', 'chat'];
  for (const { language, text } of readme) assert.ok(tried.includes(language), text);
  const [folders] = readme.filter(({ language }) => language === 'text');
  for (const [, path] of folders!.text.matchAll(/(?:^|\s{2,})([\w./]+)(?=\s{2,})/gm)) {
    assert.ok(existsSync(join(root, path!)), path);
  }
});

test('every npm script that the documents name exists', async () => {
  const documents = ['README.md', 'docs/processes.md', 'docs/models.md', 'AGENTS.md', 'CONTRIBUTING.md', '.ci/run'];
  const texts = await Promise.all(documents.map((name) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/npm (?:run )?([a-z][a-z:]*)/g)].map(([, script]) => script!),
  );
  const missing = [...new Set(named)].filter((name) => !npmsOwn.includes(name) && !Object.hasOwn(scripts, name));
  assert.deepEqual(missing, []);
});
