/**
 * Every place where the process touches the world outside it: a commit, a call, a timer. Between "before" and "after"
 * nobody can say whether it happened, so these are the places where a process is killed or frozen in tests.
 *
 * Inert unless the environment names a place: `BATON_CRASH_AT=commit.after:3` kills the process with SIGKILL at the
 * third time it gets there; `BATON_STALL_AT=commit.after:3:5000` blocks the whole process for five seconds;
 * `BATON_TEST_CROSSINGS=file` appends a line for each place passed, which is how tests learn what there is to try.
 */
import { appendFileSync } from 'node:fs';

type Fault = { place: string; nth: number; stallMs: number | null };

function parseFault(text: string | undefined, stall: boolean): Fault | null {
  if (!text) return null;
  const [place = '', nth = '1', ms = '0'] = text.split(':');
  return { place, nth: Number(nth), stallMs: stall ? Number(ms) : null };
}

// biome-ignore-start lint/style/noProcessEnv: a fault must be armed before any configuration is read
const faults = [parseFault(process.env.BATON_CRASH_AT, false), parseFault(process.env.BATON_STALL_AT, true)].filter(
  (fault) => fault !== null,
);
const trace = process.env.BATON_TEST_CROSSINGS;
// biome-ignore-end lint/style/noProcessEnv: see above
const reached = new Map<string, number>();

function pass(place: string): void {
  if (faults.length === 0 && trace === undefined) return;
  const times = (reached.get(place) ?? 0) + 1;
  reached.set(place, times);
  if (trace !== undefined) appendFileSync(trace, `${place}:${times}\n`);
  for (const fault of faults) {
    if (fault.place !== place || fault.nth !== times) continue;
    if (fault.stallMs === null) process.kill(process.pid, 'SIGKILL');
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fault.stallMs);
  }
}

/** Does something to the outside world; `name` is its place. */
export async function crossing<T>(name: string, act: () => Promise<T>): Promise<T> {
  pass(`${name}.before`);
  const result = await act();
  pass(`${name}.after`);
  return result;
}

/** Runs `act` after `ms` milliseconds; returns what stops it. */
export function timer(name: string, ms: number, act: () => void): () => void {
  const handle = setTimeout(
    () => {
      pass(`${name}.before`);
      act();
      pass(`${name}.after`);
    },
    Math.min(Math.max(ms, 0), 2_000_000_000),
  );
  return () => clearTimeout(handle);
}
