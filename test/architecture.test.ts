/** The rings of the source, read from its imports: who may know whom, and that nothing goes round in a circle. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

const sources = filesIn('src');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What a file imports: paths from the root for its own kind, package names for others. */
const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^(?:import|export)\b[^;'`]*?from '([^']+)'|\bimport\('([^']+)'\)/gm)]
    .map(([, named, loaded]) => named ?? loaded!)
    .filter((name) => !name.endsWith('.json'))
    .map((name) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : packageOf(name)));

const packageOf = (name: string): string =>
  name.startsWith('node:') || builtinModules.includes(name)
    ? 'node'
    : name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');

const ringOf = (file: string): string => (file.split('/').length > 2 ? file.split('/')[1]! : 'composition');

/** What edges may use of core: values, their schemas and digests, and time limits; no state, and no effect on anything. */
const values = /^src\/core\/(schema\/\w+|deadline|digest|fence|in-time|scrub)\.ts$/;

/** For each ring: the rings, the packages and the files of core that it may import. Its own folder always. */
const allowed: Record<string, { rings: string[]; packages: string[]; files?: RegExp }> = {
  contracts: { rings: [], packages: ['zod'] },
  core: {
    rings: ['contracts'],
    packages: ['node', 'zod', 'ajv', 'ajv-formats', 'canonicalize', 'uuid', 'node-cron', 'postgres', 'drizzle-orm'],
  },
  agents: { rings: ['contracts'], packages: ['node', 'zod'], files: values },
  models: { rings: ['contracts'], packages: ['node', 'zod', 'openai'], files: values },
  channels: { rings: ['contracts'], packages: ['node', 'zod', 'telegraf', '@slack/bolt', 'get-east-asian-width'] },
  postgres: { rings: [], packages: ['node', 'postgres'] },
};

test('every import goes inward: contracts, then core, then the edges, then what composes them', () => {
  const wrong = sources.flatMap((file) => {
    const ring = ringOf(file);
    const rule = allowed[ring];
    if (!rule) return [];
    return importsOf(file)
      .filter((name) =>
        name.startsWith('src/')
          ? ringOf(name) !== ring && !rule.rings.includes(ringOf(name)) && !rule.files?.test(name)
          : !rule.packages.includes(name),
      )
      .map((name) => `${file} imports ${name}`);
  });
  assert.deepEqual(wrong, []);
});

test('only the composition ring is without a rule', () => {
  const rings = new Set(sources.map(ringOf));
  const free = [...rings].filter((ring) => !allowed[ring]);
  assert.deepEqual(free.sort(), ['cli', 'composition']);
});

test('no file imports itself by way of others', () => {
  const graph = new Map(sources.map((file) => [file, importsOf(file).filter((name) => name.startsWith('src/'))]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  assert.deepEqual(circles, []);
});

test('core names no platform', () => {
  const named = sources.filter(
    (file) => file.startsWith('src/core') && /telegram|slack|chat_id|openai|gigachat/i.test(textOf(file)),
  );
  assert.deepEqual(named, []);
});

test('SQL is written in core/store alone', () => {
  const sql = /\bsql(<[^`]*?>)?`|\.unsafe\(/;
  const elsewhere = sources.filter(
    (file) => !file.startsWith('src/core/store') && !file.startsWith('src/postgres') && sql.test(textOf(file)),
  );
  assert.deepEqual(elsewhere, []);
});

test('a file has one purpose, which shows in its length', () => {
  const lines = (file: string) => textOf(file).split('\n').length - 1;
  const long = [
    ...sources.filter((file) => lines(file) > 300),
    ...filesIn('test').filter((file) => lines(file) > 500),
  ].map((file) => `${relative('.', file)}: ${lines(file)} lines`);
  assert.deepEqual(long, []);
});

test('the environment is read in one place', () => {
  const readers = sources.filter((file) => textOf(file).includes('process.env'));
  assert.deepEqual(readers, ['src/config.ts', 'src/core/crossing.ts']);
});
