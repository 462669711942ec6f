// scripts/install.mjs is run as it ships, copied into small projects whose dependencies are local folders: no network.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

type Run = { exitCode: number | null; stdout: string; stderr: string };
type Project = {
  directory: string;
  lockFile: string;
  run(args?: string[], options?: RunOptions): Promise<Run>;
} & Disposable;
type RunOptions = { nodeArgs?: string[]; env?: Record<string, string> };

const has = (project: Project, name: string) => existsSync(join(project.directory, 'node_modules', name));

test('installs what is missing, honours the lock file, and has nothing to do the second time', async () => {
  using project = await createProject();
  const lockBefore = readFileSync(project.lockFile, 'utf8');
  const first = await project.run();
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stderr, /^install: installing all dependencies/);
  assert.equal(first.stdout, '');
  assert.ok(has(project, 'runtime-part') && has(project, 'dev-part'));

  // An npm that fails proves that none is started.
  const second = await project.run([], { env: { npm_execpath: '/nowhere/npm-cli.js' } });
  assert.deepEqual([second.exitCode, second.stdout, second.stderr], [0, '', '']);
  assert.equal(readFileSync(project.lockFile, 'utf8'), lockBefore);
});

test('adds development dependencies without touching what is there, and keeps them afterwards', async () => {
  using project = await createProject();
  await project.run(['--omit=dev']);
  assert.ok(has(project, 'runtime-part') && !has(project, 'dev-part'));
  const link = join(project.directory, 'node_modules/runtime-part');
  const inode = lstatSync(link).ino;

  const full = await project.run();
  assert.equal(full.exitCode, 0, full.stderr);
  assert.match(full.stderr, /^install: completing all dependencies/);
  assert.ok(has(project, 'dev-part'));
  assert.equal(lstatSync(link).ino, inode);
  const omitted = await project.run(['--omit=dev']);
  assert.equal(omitted.stderr, '');
  assert.ok(has(project, 'dev-part'));
});

test('installs again when the lock file changed', async () => {
  using project = await createProject();
  await project.run();
  writeFileSync(project.lockFile, `${readFileSync(project.lockFile, 'utf8')}\n`);
  const lockBefore = readFileSync(project.lockFile, 'utf8');
  const again = await project.run();
  assert.equal(again.exitCode, 0, again.stderr);
  assert.match(again.stderr, /completing/);
  assert.equal(readFileSync(project.lockFile, 'utf8'), lockBefore);
});

test('begins anew after an installation that was cut short', async () => {
  using project = await createProject();
  await project.run();
  writeFileSync(join(project.directory, 'node_modules/.baton-install.json'), '{"isComplete":false}');
  const again = await project.run();
  assert.equal(again.exitCode, 0, again.stderr);
  assert.match(again.stderr, /^install: installing/);
});

test('two at once install once: the second waits and finds nothing to do', async () => {
  using project = await createProject();
  const runs = await Promise.all([project.run(), project.run()]);
  for (const run of runs) assert.equal(run.exitCode, 0, run.stderr);
  assert.equal(runs.filter((run) => /install: installing/.test(run.stderr)).length, 1);
  assert.equal(existsSync(join(project.directory, '.baton/install.lock')), false);
});

test('takes over the lock of a dead process', async () => {
  using project = await createProject();
  const lock = join(project.directory, '.baton/install.lock');
  mkdirSync(lock, { recursive: true });
  // Our own pid with another start time: a re-used number.
  writeFileSync(join(lock, 'owner'), `${process.pid} 1`);
  const run = await project.run();
  assert.equal(run.exitCode, 0, run.stderr);
  assert.ok(has(project, 'runtime-part'));
});

test('says that npm is missing', async () => {
  using project = await createProject();
  const run = await project.run([], { env: { PATH: '/nowhere', npm_execpath: '' } });
  assert.equal(run.exitCode, 1);
  assert.match(run.stderr, /npm was not found/);
});

test('shows what npm said when the registry cannot be reached, and what to do', async () => {
  using project = await createProject();
  const fakeNpm = join(project.directory, 'npm-cli.js');
  writeFileSync(fakeNpm, 'console.error("npm error code ENOTFOUND"); process.exit(1);');
  const run = await project.run([], { env: { npm_execpath: fakeNpm } });
  assert.equal(run.exitCode, 1);
  assert.match(run.stderr, /npm error code ENOTFOUND/);
  assert.match(run.stderr, /registry cannot be reached: check the network/);
});

test('refuses an old Node and a platform without binaries', async () => {
  using project = await createProject();
  const preload = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
  const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.1.0' } })";
  const oldNode = await project.run([], { nodeArgs: preload(old) });
  assert.match(oldNode.stderr, /Node 18.1.0 is too old: install Node 20/);
  const mac = "Object.defineProperty(process, 'platform', { value: 'darwin' })";
  const foreign = await project.run([], { nodeArgs: preload(mac) });
  assert.match(foreign.stderr, /no binaries for darwin-/);
  assert.deepEqual([oldNode.exitCode, foreign.exitCode], [1, 1]);
});

async function createProject(): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'baton-install-'));
  mkdirSync(join(directory, 'scripts'));
  cpSync(new URL('../../scripts/install.mjs', import.meta.url), join(directory, 'scripts/install.mjs'));
  for (const name of ['runtime-part', 'dev-part']) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
  }
  const dependencies = { 'runtime-part': 'file:runtime-part' };
  const devDependencies = { 'dev-part': 'file:dev-part' };
  const manifest = { name: 'fixture', version: '1.0.0', dependencies, devDependencies };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(directory, 'package-lock.json'), JSON.stringify(lockOf(manifest)));
  return {
    directory,
    lockFile: join(directory, 'package-lock.json'),
    run: (args = [], options = {}) => runInstall(directory, args, options),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function lockOf(manifest: { name: string; version: string }): object {
  const packages = {
    '': manifest,
    'runtime-part': { version: '1.0.0' },
    'dev-part': { version: '1.0.0', dev: true },
    'node_modules/runtime-part': { resolved: 'runtime-part', link: true },
    'node_modules/dev-part': { resolved: 'dev-part', link: true, dev: true },
  };
  return { name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages };
}

function runInstall(cwd: string, args: string[], options: RunOptions): Promise<Run> {
  const { promise, resolve, reject } = Promise.withResolvers<Run>();
  const env = { ...process.env, npm_execpath: '', ...options.env };
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), 'scripts/install.mjs', ...args], { cwd, env });
  const run: Run = { exitCode: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    run.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.stderr += chunk;
  });
  child.once('error', reject);
  child.once('close', (exitCode) => resolve({ ...run, exitCode }));
  return promise;
}
