// Installs what package-lock.json asks for and node_modules lacks; with nothing to do it reads two files and returns.
// Runs under the system's Node (20 or newer), before the Node 24 it installs is there: plain JavaScript, no imports
// but Node's own. Everything is told on stderr, so that stdout stays the program's.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.baton-install.json');
const lockDirectory = join(root, '.baton', 'install.lock');
const omitsDev = process.argv.includes('--omit=dev');

class InstallError extends Error {}

try {
  checkRuntime();
  const wanted = describeWanted();
  if (!isSatisfied(wanted)) await withLock(() => (isSatisfied(wanted) ? undefined : install(wanted)));
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  console.error(`install: ${error.message}`);
  process.exitCode = 1;
}

function checkRuntime() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new InstallError(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!['linux-x64', 'linux-arm64'].includes(platform)) {
    throw new InstallError(`There are no binaries for ${platform}: use linux-x64 or linux-arm64 (or a container).`);
  }
}

function describeWanted() {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile))
    throw new InstallError(`${lockFile} is missing: restore it (git checkout package-lock.json).`);
  return {
    lockHash: createHash('sha256').update(readFileSync(lockFile)).digest('hex'),
    platform: `${process.platform}-${process.arch}`,
    includesDev: !omitsDev,
  };
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A full installation also satisfies a request without development dependencies. */
function isSatisfied(wanted) {
  const stamp = readStamp();
  return isSameBase(stamp, wanted) && (stamp.includesDev || !wanted.includesDev);
}

function isSameBase(stamp, wanted) {
  return stamp?.isComplete === true && stamp.lockHash === wanted.lockHash && stamp.platform === wanted.platform;
}

async function install(wanted) {
  const stamp = readStamp();
  const present = readPresent();
  // npm writes its own list last, and an installation cut short may leave half a package: then begin anew.
  const isWhole = present !== undefined && stamp?.isComplete !== false;
  // Once there, development dependencies stay: removing them would pull files from under a running tool.
  const includesDev = wanted.includesDev || (isWhole && /"dev": true/.test(present));
  const scope = includesDev ? 'all dependencies' : 'the dependencies without development tools';
  console.error(`install: ${isWhole ? 'completing' : 'installing'} ${scope} from package-lock.json`);
  if (isWhole) writeStamp({ isComplete: false });
  // `npm ci` deletes node_modules first: only right when it holds nothing in use. --no-save leaves the lock file alone.
  const command = isWhole ? ['install', '--no-save'] : ['ci'];
  await runNpm([...command, includesDev ? '--include=dev' : '--omit=dev', '--no-audit', '--no-fund']);
  writeStamp({ ...wanted, includesDev, isComplete: true });
}

/** npm's list of what it installed. */
function readPresent() {
  try {
    return readFileSync(join(modules, '.package-lock.json'), 'utf8');
  } catch {
    return undefined;
  }
}

function writeStamp(stamp) {
  mkdirSync(modules, { recursive: true });
  const draft = `${stampFile}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(stamp)}\n`);
  renameSync(draft, stampFile);
}

/** Runs npm in the project, its output to our stderr. */
function runNpm(args) {
  const npm = process.env.npm_execpath;
  const isScript = npm !== undefined && /npm(-cli)?\.c?js$/.test(npm);
  const [command, first] = isScript ? [process.execPath, [npm]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 'pipe'] });
    let output = '';
    child.stderr.on('data', (chunk) => {
      output = (output + chunk).slice(-20_000);
      process.stderr.write(chunk);
    });
    child.once('error', (error) => {
      const hint = 'npm was not found: install it beside Node (it comes with Node from nodejs.org).';
      reject(new InstallError(error.code === 'ENOENT' ? hint : `npm could not be started: ${error.message}`));
    });
    child.once('close', (exitCode, signal) => {
      if (exitCode === 0) resolve();
      else reject(new InstallError(explain(args[0], signal ?? exitCode, output)));
    });
  });
}

function explain(verb, ending, output) {
  const failed = `npm ${verb} failed (${ending}).`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH/.test(output)) {
    return `${failed} The package registry cannot be reached: check the network or proxy (npm config get registry), then start again.`;
  }
  if (/ENOSPC/.test(output)) return `${failed} The disk is full: free about 500 MB and start again.`;
  if (/EUSAGE|in sync/.test(output)) {
    return `${failed} package.json and package-lock.json do not agree: restore both (git checkout), then start again.`;
  }
  return `${failed} Its own words are above; repair the cause and start again.`;
}

/** One installation at a time. The lock is a directory with the owner's pid; a dead owner's is taken over. */
async function withLock(work) {
  mkdirSync(dirname(lockDirectory), { recursive: true });
  const release = () => rmSync(lockDirectory, { recursive: true, force: true });
  for (let waits = 0; !tryLock(); waits += 1) {
    if (waits === 0) console.error(`install: waiting for another installation (process ${readOwner() ?? 'unknown'})`);
    await sleep(100);
  }
  process.once('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  await work();
}

/** Renaming a filled directory into place is one step: a lock is never seen without its owner. */
function tryLock() {
  const draft = `${lockDirectory}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'owner'), `${process.pid} ${startOf(process.pid)}`);
  try {
    renameSync(draft, lockDirectory);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    return takeAwayIfDead();
  }
}

function takeAwayIfDead() {
  const owner = readOwner();
  if (owner === undefined || isRunning(owner)) return false;
  const aside = `${lockDirectory}.dead-${process.pid}`;
  try {
    renameSync(lockDirectory, aside);
  } catch {
    return false;
  }
  // Somebody faster may have replaced the dead lock by a live one between the look and the move: put it back.
  const moved = readOwner(aside);
  if (moved !== owner && isRunning(moved)) renameSync(aside, lockDirectory);
  else rmSync(aside, { recursive: true, force: true });
  return false;
}

function readOwner(directory = lockDirectory) {
  try {
    return readFileSync(join(directory, 'owner'), 'utf8');
  } catch {
    return undefined;
  }
}

/** The start time beside the pid tells a re-used pid from the owner. */
function isRunning(owner) {
  const [pid, start = ''] = (owner ?? '').split(' ');
  return startOf(pid) === start && start !== '';
}

function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}
