import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRegistry } from '../src/core/registry.ts';
import { loadConfiguration } from '../src/load.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const scripts = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).scripts;

test('the example of the README is a deployment that holds', async () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const folder = await mkdtemp(join(tmpdir(), 'baton-readme-'));
  const file = join(folder, 'baton.config.ts');
  const rest = `import { defineConfig } from 'baton';
export default defineConfig(() => ({ routes: [payBack], people: { operator: { roles: ['finance'] } } }));`;
  await writeFile(file, `${example}\n${rest}\n`);
  const configuration = await loadConfiguration(file, { databaseUrl: 'postgres://localhost/none', env: {} });
  assert.deepEqual([...createRegistry(configuration).routes.keys()], ['pay-back']);
  await rm(folder, { recursive: true });
});

test('every npm script that the documents name exists', async () => {
  const documents = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md', '.ci/run'];
  const texts = await Promise.all(documents.map((name) => readFile(new URL(`../${name}`, import.meta.url), 'utf8')));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/npm (?:run )?([a-z][a-z:]*)/g)].map(([, script]) => script!),
  );
  const missing = [...new Set(named)].filter((script) => !Object.hasOwn(scripts, script));
  assert.deepEqual(missing, []);
});
