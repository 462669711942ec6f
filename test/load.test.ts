import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BatonError } from '../src/contracts/error.ts';
import * as baton from '../src/index.ts';
import { loadConfiguration } from '../src/load.ts';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'baton load ü-'));
after(() => rmSync(folder, { recursive: true }));
const environment = { databaseUrl: 'postgres://x', env: { SHOP: 's' } };

const write = (name: string, source: string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  return path;
};
const load = (path: string) => loadConfiguration(path, environment);
const failureOf = async (path: string): Promise<BatonError> => {
  const error = await load(path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof BatonError, 'it loads');
  assert.ok(error.message.includes(path), error.message);
  return error;
};

const config = `
import { defineAgent, defineConfig, Refusal } from 'baton';
import { z } from 'zod';
import postgres from 'postgres';
const agent = defineAgent({
  name: 'shop.pay', title: 'Pay', input: z.object({}), output: z.object({}), effect: 'read',
  run: (): object => { throw new Refusal(typeof postgres); },
});
export default defineConfig(({ databaseUrl, env }) => ({
  routes: [], agents: [agent], people: { operator: { name: databaseUrl + env.SHOP } },
}));
`;

test('a file anywhere gets this installation’s baton, zod and postgres, and what it is given', async () => {
  for (const name of ['a.ts', 'b.mts', 'deep/er/c.ts']) {
    const configuration = await load(write(name, config));
    assert.equal(configuration.people.operator?.name, 'postgres://xs');
    const definition = configuration.agents?.[0]?.definition;
    assert.ok(definition && 'run' in definition && definition.input instanceof z.ZodObject, name);
    assert.throws(() => definition.run({}, {} as never), baton.Refusal);
  }
});

test('JavaScript, files beside it, a plain object and a source that promises are fine', async () => {
  write('agents.ts', `export const people: Record<string, object> = { ann: {} };`);
  write('names.js', `export const name = 'bob';`);
  const path = write('d.mjs', `import { people } from './agents.ts';\nexport default { routes: [], people };`);
  assert.deepEqual(await load(path), { routes: [], people: { ann: {} } });
  const js = write(
    'e.js',
    `import { name } from './names.js';\nexport default async () => ({ routes: [], people: { [name]: {} } });`,
  );
  assert.deepEqual(await load(js), { routes: [], people: { bob: {} } });
});

test('it is a module even where the nearest package.json says otherwise', async () => {
  write('old/package.json', '{ "type": "commonjs" }');
  for (const name of ['old/a.ts', 'old/a.js']) {
    await load(write(name, `import 'zod';\nexport default { routes: [], people: {} };`));
  }
});

test('packages beside the file win, save baton', async () => {
  for (const name of ['zod', 'baton', 'postgres']) {
    write(`own/node_modules/${name}/package.json`, '{ "type": "module", "exports": "./index.js" }');
    write(`own/node_modules/${name}/index.js`, `export const origin = 'own'; export default 'own';`);
  }
  const path = write(
    'own/a.ts',
    `import * as baton from 'baton'; import { origin } from 'zod'; import postgres from 'postgres';
    export default { routes: [], people: { [origin]: {}, [postgres]: {}, [typeof baton.defineAgent]: {} } };`,
  );
  assert.deepEqual(Object.keys((await load(path)).people), ['own', 'function']);
});

test('loading a file prints nothing', () => {
  const path = write('quiet/a.ts', `import './quiet-part.js';\nimport './quiet-types.ts';\n${config}`);
  write('quiet/package.json', '{}');
  write('quiet/quiet-part.js', 'export const x = 1;');
  write('quiet/quiet-types.ts', 'export const x: number = 1;');
  const script = `import { loadConfiguration } from ${JSON.stringify(new URL('../src/load.ts', import.meta.url).href)};
    await loadConfiguration(process.argv[1], { databaseUrl: '', env: {} });
    await loadConfiguration(process.argv[2], { databaseUrl: '', env: {} }).catch(() => {});`;
  const broken = write('quiet/broken.ts', `import './quiet-part.js';\nconst a: number = 1;\nconst a = 2;`);
  const args = ['--input-type=module', '-e', script, path, broken];
  const { stderr, stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  assert.deepEqual({ stderr, stdout, status }, { stderr: '', stdout: '', status: 0 });
});

test('each way not to load has its own sentence, with the line where there is one', async () => {
  const missing = await failureOf(join(folder, 'nowhere.ts'));
  assert.match(missing.message, /There is no configuration file .*BATON_CONFIG/);
  assert.match((await failureOf(folder)).message, /is not a file/);
  assert.match((await failureOf(write('a.json', '{}'))).message, /must end with \.ts/);
  assert.match((await failureOf(write('none.ts', 'export const a = 1;'))).message, /no default export/);
  const cases: [string, string, RegExp][] = [
    ['strip.ts', 'export {};\nconst a: number = ;', /does not compile, line 2: .*Expression expected/],
    ['enum.ts', 'export {};\n\nenum A { B }', /does not compile, line 3: .*enum/],
    ['twice.ts', 'const a: number = 1;\nconst a = 2;\nexport default a;', /does not compile, line 2: .*declared/],
    ['brace.mjs', 'export default {\n\n', /does not compile, line \d+: SyntaxError/],
    [
      'name.ts',
      `import { z } from 'zod';\nimport { nothing } from 'baton';\nexport default nothing;`,
      /line 2: .*nothing/,
    ],
    ['throw.ts', `\nthrow new RangeError('Set SHOP');`, /failed while it was loaded, line 2: RangeError: Set SHOP/],
    [
      'make.ts',
      `export default () => {\n  throw new Error('Set SHOP');\n};`,
      /made the configuration, line 2: .*Set SHOP/,
    ],
    ['import.ts', `import 'not-installed';`, /imports something that is not there: .*not-installed/],
  ];
  for (const [name, source, sentence] of cases) {
    const error = await failureOf(write(`broken/${name}`, source));
    assert.equal(error.code, 'config_not_found');
    assert.match(error.message, sentence);
  }
});

test('the password of an address is not repeated', async () => {
  const error = await failureOf(write('secret.ts', `throw new Error('no postgres://me:s3cret@host/x');`));
  assert.doesNotMatch(error.message, /s3cret/);
});

test('what is no configuration is said to be none', async () => {
  for (const made of ['1', '{}', '() => null', '() => ({ routes: [] })']) {
    const error = await failureOf(write(`shape-${made.length}.ts`, `export default ${made};`));
    assert.equal(error.code, 'config_invalid');
    assert.match(error.message, /defineConfig/);
  }
});

test('the public API is complete', () => {
  assert.deepEqual(Object.keys(baton).sort(), [
    ...[
      'AddressRefused',
      'BatonError',
      'Refusal',
      'absent',
      'all',
      'any',
      'approval',
      'createAddressGuard',
      'createBaton',
      'createMemoryChannel',
    ],
    ...['defineAgent', 'defineConfig', 'defineRoute', 'exists', 'gt', 'gte', 'is', 'lt', 'lte', 'not', 'oneOf', 'text'],
  ]);
  const manifest = fileURLToPath(import.meta.resolve('baton'));
  assert.equal(manifest, fileURLToPath(new URL('../src/index.ts', import.meta.url)));
});
