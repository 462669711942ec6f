// Breaks a copy of the tree in each way of test/mutants/mutants.ts, and demands that the tests named there fail.
//
//   node scripts/mutants.mjs [words of a mutant's name]
//
// One throw-away database server for all of them, or the one given by BATON_TEST_DATABASE_URL. Before the first mutant
// the tests must pass in the copy as it is, so that no mutant is killed by a test that fails anyway.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded, toUrl } from '../src/postgres/index.ts';
import { mutants } from '../test/mutants/mutants.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parts = [
  'src',
  'test',
  'drizzle',
  'scripts',
  'package.json',
  'tsconfig.json',
  'biome.json',
  'baton.config.ts',
  'processes',
];
/** A mutant that hangs is noticed too; all the tests together take as long as several of them. */
const limitMs = 60_000;
const togetherMs = 300_000;
const atOnce = 2;

const words = process.argv.slice(2).join(' ');
const chosen = mutants.filter(({ name }) => name.includes(words));
const home = mkdtempSync(join(tmpdir(), 'baton-mutants-'));
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => finish(130));

let server;
try {
  const given = process.env.BATON_TEST_DATABASE_URL;
  server = given ? undefined : await startEmbedded({ home: join(home, 'database'), durability: 'none' });
  process.exitCode = await runAll(given ?? toUrl(server.address));
} finally {
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
}

async function runAll(url) {
  const missing = chosen.flatMap(({ name, edits }) =>
    edits
      .filter(({ file, find }) => !readFileSync(join(root, file), 'utf8').includes(find))
      .map(({ file }) => `${name}: ${file}`),
  );
  for (const one of missing) console.error(`mutants: the snippet is not there any more: ${one}`);
  if (missing.length > 0 || chosen.length === 0) return 2;

  const copies = Array.from({ length: atOnce }, (_, i) => copyTree(join(home, `tree-${i}`)));
  const files = [...new Set(chosen.map(({ file }) => file))];
  const sound = await run(copies[0], files, url, togetherMs);
  if (sound.code !== 0) {
    console.error(`mutants: the tests fail without any mutant\n${sound.output.slice(-4_000)}`);
    return 2;
  }
  const queue = [...chosen];
  const survivors = [];
  const work = async (copy) => {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const { killed, seconds, by } = await tryMutant(copy, mutant, url);
      if (!killed) survivors.push(mutant.name);
      console.log(`${killed ? 'killed  ' : 'SURVIVED'} ${seconds.toFixed(1).padStart(5)} s  ${mutant.name}${by}`);
    }
  };
  await Promise.all(copies.map(work));
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants killed`);
  return survivors.length === 0 ? 0 : 1;
}

function copyTree(to) {
  mkdirSync(to);
  for (const part of parts)
    if (existsSync(join(root, part))) cpSync(join(root, part), join(to, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
  return to;
}

async function tryMutant(copy, { edits, file, test }, url) {
  const originals = new Map(edits.map((edit) => [edit.file, readFileSync(join(copy, edit.file), 'utf8')]));
  for (const { file, find, replace } of edits) {
    const path = join(copy, file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replaceAll(find, () => replace),
    );
  }
  const since = performance.now();
  const { code, output } = await run(copy, test ? [`--test-name-pattern=${test}`, file] : [file], url);
  for (const [broken, text] of originals) writeFileSync(join(copy, broken), text);
  // A mutant that does not even load proves nothing about the tests.
  if (/SyntaxError|ERR_MODULE_NOT_FOUND/.test(output)) return { killed: false, seconds: 0, by: ' (does not load)' };
  const [first] = /(?<=✖ ).*?(?= \(\d)/.exec(output) ?? [];
  return {
    killed: code !== 0,
    seconds: (performance.now() - since) / 1_000,
    by: first ? `\n${' '.repeat(19)}by: ${first}` : '',
  };
}

function run(copy, which, url, forMs = limitMs) {
  const { promise, resolve } = Promise.withResolvers();
  const args = [
    '--conditions=baton-source',
    '--test',
    '--test-reporter=spec',
    '--test-force-exit',
    '--test-timeout=30000',
    ...which,
  ];
  const env = { ...process.env, BATON_TEST_DATABASE_URL: url, BATON_TEST_MUTANT: '1' };
  const child = spawn(process.execPath, args, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  const timer = setTimeout(() => end(child), forMs);
  child.once('close', (code) => {
    clearTimeout(timer);
    running.delete(child);
    resolve({ code: code ?? 1, output });
  });
  return promise;
}

/** The test runner has a child of its own for each file: the whole group ends. */
function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function finish(code) {
  for (const child of running) end(child);
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
  process.exit(code);
}
