/** Is the database what Baton needs: there, durable, on time, and with the tables of this version? */
import { type Database, oldestPostgres, openDatabase, reasonOf } from '../store/database.ts';
import { readClock, readMigrations, readServer, type ServerFacts } from '../store/health.ts';
import { type Finding, fine, wrong } from './finding.ts';

/** Clocks that are further apart are worth a word; nothing of Baton depends on it. */
const clockMs = 2_000;
const samples = 3;

export interface DatabaseReport {
  findings: Finding[];
  /** Somebody answers. */
  reachable: boolean;
  /** The tables can be read by this version. */
  readable: boolean;
}

/**
 * `where` is how the database is called in a line for people: never its address, which may hold a password.
 * `directUrl`: the way past a pooler, if there is one.
 */
export async function checkDatabase(db: Database, where: string, directUrl?: string): Promise<DatabaseReport> {
  const since = performance.now();
  const facts = await readServer(db.sql).catch((error: unknown) => reasonOf(error));
  if (typeof facts === 'string') {
    const advice = 'check that Postgres runs and that DATABASE_URL leads to it';
    const finding = wrong('database', `${where} does not answer (${facts})`, advice, { code: 'database_unreachable' });
    return { findings: [finding], reachable: false, readable: false };
  }
  const ms = Math.max(1, Math.round(performance.now() - since));
  if (facts.number < oldestPostgres) {
    const text = `Postgres ${facts.version} is too old`;
    const finding = wrong('database', text, 'use Postgres 15 or newer', { code: 'database_unsupported' });
    return { findings: [finding], reachable: true, readable: false };
  }
  const migrations = await checkMigrations(db);
  return {
    findings: [
      fine('database', `Postgres ${facts.version} (${where}) answers in ${ms} ms`),
      ...(directUrl === undefined ? [] : [await checkDirect(directUrl)]),
      checkDurability(facts),
      await checkClock(db),
      migrations,
    ],
    reachable: true,
    readable: migrations.ok,
  };
}

/** Behind a pooler: listening and session locks need the way past it. */
async function checkDirect(directUrl: string): Promise<Finding> {
  const direct = openDatabase({ url: directUrl });
  try {
    await readClock(direct.sql);
    return fine('direct', 'DATABASE_DIRECT_URL answers');
  } catch (error) {
    const text = `DATABASE_DIRECT_URL does not answer (${reasonOf(error)})`;
    return wrong('direct', text, 'without it no worker can start: check the address', { code: 'database_unreachable' });
  } finally {
    await direct.close();
  }
}

function checkDurability({ fsync, synchronousCommit, fullPageWrites }: ServerFacts): Finding {
  const off = Object.entries({ fsync, synchronous_commit: synchronousCommit, full_page_writes: fullPageWrites })
    .filter(([, value]) => value === 'off')
    .map(([name]) => name);
  if (off.length === 0) return fine('durability', 'what is committed survives a crash');
  const text = `${off.join(' and ')} ${off.length === 1 ? 'is' : 'are'} off: a crash can lose what was accepted`;
  return wrong('durability', text, `turn ${off.length === 1 ? 'it' : 'them'} on in Postgres`);
}

/** Of several looks the quickest counts: it says the most about the clock and the least about the way there. */
async function checkClock({ sql }: Database): Promise<Finding> {
  let best = { tripMs: Number.POSITIVE_INFINITY, apartMs: 0 };
  for (let i = 0; i < samples; i += 1) {
    const before = Date.now();
    const since = performance.now();
    const theirs = await readClock(sql);
    const tripMs = performance.now() - since;
    if (tripMs < best.tripMs) best = { tripMs, apartMs: theirs - (before + tripMs / 2) };
  }
  return judgeClock(best.apartMs);
}

/** `apartMs`: by how much the database is ahead. */
export function judgeClock(apartMs: number): Finding {
  const apart =
    Math.abs(apartMs) < 1_000 ? `${Math.round(Math.abs(apartMs))} ms` : `${Math.round(Math.abs(apartMs) / 1_000)} s`;
  if (Math.abs(apartMs) <= clockMs) return fine('clock', `this machine and the database are ${apart} apart`);
  const text = `this machine is ${apart} ${apartMs > 0 ? 'behind' : 'ahead of'} the database`;
  return wrong('clock', text, "let NTP set both: Baton goes by the database's clock, people and logs by this one");
}

async function checkMigrations({ sql }: Database): Promise<Finding> {
  const { applied, pending, unknown } = await readMigrations(sql);
  if (unknown > 0) {
    const text = `the tables are newer than this version (${unknown} of ${applied} migrations are not known here)`;
    return wrong('migrations', text, 'update Baton on this machine');
  }
  if (pending === 0) return fine('migrations', `${applied} applied, none pending`);
  const text = applied === 0 ? 'there are no tables yet' : `${pending} pending`;
  return wrong('migrations', text, 'the next start applies them, or do it now with the command migrate');
}
