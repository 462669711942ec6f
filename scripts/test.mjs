// Runs the tests against one throw-away database server, under the pinned Node 24.
//
//   node scripts/test.mjs [files or folders] [--test-* flags, as --flag=value]
//
// Without files: test/**/*.test.ts but for what takes long and is named when wanted: test/chaos, test/ops, and
// *.whole.test.ts, which start whole processes, servers of their own or played providers. A server given by
// BATON_TEST_DATABASE_URL (the URL of a superuser's database) is used instead of one of our own.
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded, toUrl } from '../src/postgres/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

// Interrupted, we stay until the tests have ended, to stop the server and remove its folder.
let child;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    child?.kill(signal);
  });
}

const files = patterns.length === 0 ? defaultFiles() : patterns.flatMap(filesOf);
if (files.length > 0) process.exitCode = await runWithDatabase();

function defaultFiles() {
  return globSync('test/**/*.test.ts', {
    cwd: root,
    exclude: ['test/chaos/**', 'test/ops/**', 'test/**/*.whole.test.ts'],
  }).sort();
}

/** node --test ends with 0 when nothing matches: a mistyped name must not pass. */
function filesOf(pattern) {
  const isFolder = statSync(join(root, pattern), { throwIfNoEntry: false })?.isDirectory();
  const found = globSync(isFolder ? `${pattern.replace(/\/$/, '')}/**/*.test.ts` : pattern, { cwd: root }).sort();
  if (found.length > 0) return found;
  console.error(`test: nothing matches ${pattern} (looked below ${root})`);
  process.exit(1);
}

async function runWithDatabase() {
  if (process.env.BATON_TEST_DATABASE_URL) return runNode(process.env.BATON_TEST_DATABASE_URL);
  const home = mkdtempSync(join(tmpdir(), 'baton-test-'));
  try {
    const server = await startEmbedded({ home, durability: 'none' });
    try {
      return await runNode(toUrl(server.address));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function runNode(url) {
  if (interrupted) return 130;
  // Much of the whole is waiting: for limits of platforms, for processes to start. What kills processes needs the room.
  const concurrency = flags.some((flag) => flag.startsWith('--test-concurrency'))
    ? []
    : [`--test-concurrency=${Math.max(2, availableParallelism()) + (patterns.length === 0 ? 1 : 0)}`];
  // In a clone 'baton' is its sources.
  const args = ['--conditions=baton-source', '--test', ...concurrency, ...flags, ...files];
  // Files are compiled once for all the processes of the tests, as for those of the command line.
  const env = {
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/baton'),
    ...process.env,
    BATON_TEST_DATABASE_URL: url,
  };
  child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers();
  child.once('error', reject);
  child.once('close', (exitCode, signal) => resolve(signal ? 130 : exitCode));
  return promise;
}
