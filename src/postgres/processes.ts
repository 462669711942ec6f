/**
 * Tells whether a process seen earlier is still the same one. A pid alone does not: pids are re-used, also within
 * seconds in a container. The start time of the process (in clock ticks since boot) and the id of the boot do.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type ProcessIdentity = { pid: number; startTicks: string; bootId: string };

export function ownIdentity(): ProcessIdentity {
  const startTicks = startTicksOf(process.pid);
  if (startTicks === undefined) throw new Error('/proc is not mounted: it is needed to tell processes apart');
  return { pid: process.pid, startTicks, bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === bootId() && startTicksOf(identity.pid) === identity.startTicks;
}

/** Reads an identity written as JSON; anything else (a file cut short by a crash) is `undefined`. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, startTicks, bootId } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof startTicks !== 'string' || typeof bootId !== 'string') return undefined;
    return { pid, startTicks, bootId };
  } catch {
    return undefined;
  }
}

/** Start time of a running process; `undefined` when there is none, or only a zombie waiting for its parent. */
export function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold spaces and brackets: count the fields after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether `pid` is a server on this data folder, and not a process which got the number of a dead one. */
export function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  if (startTicksOf(pid) === undefined) return false;
  const command = commandOf(pid);
  if (!/(^|\/)postgres$/.test(command[0] ?? '')) return false;
  try {
    // By inode, so that a moved folder is recognised and a copied one is not.
    const [current, data] = [statSync(`/proc/${pid}/cwd`), statSync(dataDirectory)];
    return current.dev === data.dev && current.ino === data.ino;
  } catch {
    // Root without CAP_SYS_PTRACE (containers) may not look at another user's process: its arguments are public.
    return command.includes(dataDirectory);
  }
}

export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  const startTicks = startTicksOf(pid);
  while (startTicks !== undefined && startTicksOf(pid) === startTicks) {
    if (Date.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}

/** The processes of a program, by its file name, that were given `argument` literally on their command line. */
export function findByArgument(program: string, argument: string): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    const [file = '', ...args] = commandOf(pid);
    return basename(file) === program && args.includes(argument);
  });
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
