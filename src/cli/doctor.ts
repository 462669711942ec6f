/**
 * `doctor`: looks at everything that a deployment rests on, a line each. It changes nothing (an embedded database that
 * does not run is started for the look, and stopped again), and what is broken does not keep it from looking at the rest.
 */
import { BatonError } from '../contracts/error.ts';
import { harmless } from '../core/cards/in-short.ts';
import { checkDatabase } from '../core/doctor/database.ts';
import { checkDeep } from '../core/doctor/deep.ts';
import { type Finding, wrong } from '../core/doctor/finding.ts';
import { checkWork } from '../core/doctor/work.ts';
import { type Database, isConnectionLoss, openDatabase, reasonOf } from '../core/store/database.ts';
import { invocation } from '../own.ts';
import { findPlace, type Place } from '../place.ts';
import type { Call } from './call.ts';
import { checkChats } from './doctor/chats.ts';
import { checkConfiguration } from './doctor/configuration.ts';
import { checkDisk } from './doctor/disk.ts';
import { checkModels } from './doctor/models.ts';
import { checkServer } from './doctor/server.ts';
import { exit } from './exit.ts';

/** Statements over all data take as long as they take. */
const deepLimits = { statementMs: 3_600_000 };
/** Where there is no database to be had: a configuration is made with some address. */
const noDatabase = 'postgres://localhost:1/none';
const maxCharacters = 1_000;

export async function examine(call: Call): Promise<number> {
  const { settings } = call;
  const told: Finding[] = [];
  const tell = (...findings: Finding[]) => {
    for (const finding of findings) for (const line of linesOf(finding, call)) call.terminal.out(line);
    told.push(...findings);
  };
  tell(checkDisk(settings.home));
  const place = await reachPlace(call, tell);
  try {
    const report = await checkConfiguration(settings.configFile, place?.url ?? noDatabase);
    const { people } = report;
    tell(...report.findings);
    tell(...(await checkChats(settings, people && report.accounts)));
    tell(...(await checkModels(settings, report.models)));
    if (place) await lookInside(place, call, people, tell);
  } finally {
    await place?.release();
  }
  return exitCodeOf(told);
}

type Tell = (...findings: Finding[]) => void;

/** The database as far as it can be had. Null: there is none, and it was said why. */
async function reachPlace({ settings, terminal }: Call, tell: Tell): Promise<Place | null> {
  if (settings.databaseUrl === undefined) {
    const { inspectEmbedded } = await import('../postgres/index.ts');
    const state = inspectEmbedded(settings.home);
    const findings = checkServer(state);
    tell(...findings);
    if (state.dataVersion === null || findings.some(({ code }) => code !== undefined)) return null;
  }
  try {
    return await findPlace(settings, terminal.err);
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    tell(wrong('database', error.message, 'do what it says, and look again', { code: error.code }));
    return null;
  }
}

async function lookInside({ url, directUrl }: Place, { settings, flags }: Call, people: string[] | null, tell: Tell) {
  const deep = flags.deep === true;
  const where = settings.databaseUrl === undefined ? 'embedded' : 'DATABASE_URL';
  const db = openDatabase({ url, directUrl, ...(deep && { limits: deepLimits }) });
  try {
    const report = await checkDatabase(db, where, directUrl);
    tell(...report.findings);
    if (!report.readable) return;
    await tellAll(db, people, deep, tell);
  } catch (error) {
    tell(notLookedAt(error));
  } finally {
    await db.close();
  }
}

/** What Postgres refuses is told, and not the end of the command; anything else is a defect here. */
function notLookedAt(error: unknown): Finding {
  const reason = reasonOf(error);
  if (isConnectionLoss(error)) {
    const text = `Postgres went away while it was looked at (${reason})`;
    return wrong('database', text, 'look again when it is back', { code: 'database_unreachable' });
  }
  if (reason === 'no code') throw error;
  const text = `Postgres refused to be looked at any further (${reason})`;
  return wrong('database', text, 'check the rights of the user of DATABASE_URL; else report it with this code');
}

async function tellAll(db: Database, people: string[] | null, deep: boolean, tell: Tell): Promise<void> {
  const journals = deep ? Number.POSITIVE_INFINITY : undefined;
  tell(...(await checkWork(db, { people, invocation, ...(journals !== undefined && { journals }) })));
  if (!deep) return;
  for await (const finding of checkDeep(db)) tell(finding);
}

function linesOf({ check, ok, text, advice, runs }: Finding, { terminal, flags }: Call): string[] {
  if (flags.json) return [JSON.stringify({ check, ok, text, ...(advice && { advice }), ...(runs && { runs }) })];
  const { paint } = terminal;
  const about = runs && !runs.every((run) => text.includes(run)) ? [`     runs: ${runs.join(', ')}`] : [];
  const line = `${check.padEnd(14)} ${harmless(text, maxCharacters)}`;
  if (ok) return [`${paint('green', 'ok')}   ${line}`];
  return [`${paint('red', '!')}    ${line}`, ...about, `     → ${advice}`];
}

/** The worst of what was found: the database, the configuration, anything else. */
function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some(({ code }) => code?.startsWith('database_'))) return exit.database;
  if (findings.some(({ code }) => code?.startsWith('config_'))) return exit.usage;
  return findings.every(({ ok }) => ok) ? exit.completed : exit.notCompleted;
}
