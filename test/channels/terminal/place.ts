/** What a session of the terminal needs: a database, a home, and an environment that says the same everywhere. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../support/database.ts';

export async function place(language: 'en' | 'ru' = 'en', more: Record<string, string> = {}) {
  const database = await testDatabase();
  const home = mkdtempSync(join(tmpdir(), 'baton-terminal-'));
  return {
    home,
    database,
    // The test server is one that may lose data, of which the log warns.
    env: {
      DATABASE_URL: database.url,
      BATON_HOME: home,
      BATON_LOG_LEVEL: 'error',
      LANG: language === 'ru' ? 'ru_RU.UTF-8' : 'en_US.UTF-8',
      ...more,
    },
    [Symbol.asyncDispose]: async () => {
      rmSync(home, { recursive: true });
      await database[Symbol.asyncDispose]();
    },
  };
}

export const tasks = {
  en: 'Refund order 1042, it arrived damaged',
  ru: 'Верни деньги за заказ 1042, пришёл битым',
} as const;

/** Keys that have no letter. */
export const keys = {
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  up: '\u001b[A',
  down: '\u001b[B',
  interrupt: '\u0003',
  end: '\u0004',
  clear: '\u0015',
};

/** The same text whenever and wherever it was shown: ids, days, times and durations are replaced by others of their length. */
export const steady = (screen: string): string =>
  screen
    .replace(/\b[0-9a-f]{40}\b/g, 'd'.repeat(40))
    .replace(/\b[0-9a-z]{4}-[0-9a-z]{4}\b/g, 'code-code')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b/g, 'run-id-8')
    .replace(/\b\d{4}-\d\d-\d\d\b/g, '2026-01-01')
    .replace(/\d\d:\d\d UTC/g, '12:00 UTC')
    .replace(/\d+(?:[.,]\d+)? (ms|мс|s|с)(?![\p{L}])/gu, '1 ms');

/** What was seen before. With BATON_TEST_WRITE=1 what is seen now is written down instead. */
export function remembered(name: string, seen: string): string {
  const file = new URL(`snapshots/${name}.txt`, import.meta.url);
  if (process.env.BATON_TEST_WRITE) writeFileSync(file, `${seen}\n`);
  return readFileSync(file, 'utf8').trimEnd();
}
