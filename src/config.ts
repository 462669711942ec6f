/**
 * The settings of a process, from its environment. The only file that reads `process.env`.
 *
 * All problems are reported at once, each by the name of its variable; a value is never repeated, for it may be a
 * secret. A BATON_ variable that nobody knows is a problem too: a misspelt setting must not be a silent default.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { chatSettings, chatVariables, missingOf } from './chat-settings.ts';
import { BatonError, type Problem } from './contracts/error.ts';
import { missingOfModels, modelSettings, modelVariables } from './model-settings.ts';
import { isCompiled } from './own.ts';

/** In a clone the deployment lies at its root; whoever has installed the package keeps it in a folder of their own. */
const configFolder = isCompiled ? process.cwd() : fileURLToPath(new URL('..', import.meta.url));
const configFile = (): string => {
  const names = ['ts', 'mts', 'js', 'mjs'].map((extension) => resolve(configFolder, `baton.config.${extension}`));
  return names.find((name) => existsSync(name)) ?? names[0]!;
};

type Variables = Readonly<Record<string, string | undefined>>;

const address = z.string().regex(/^postgres(ql)?:\/\/./, 'must be an address that begins with postgres://');
const path = z.string().transform((given) => resolve(given));
const wholeNumber = (from: number, to: number) => {
  const rule = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((given) => given >= from && given <= to, rule);
};

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const variables = z.object({
  /** Absent: Baton keeps a Postgres of its own under BATON_HOME. */
  DATABASE_URL: address.optional(),
  /** For listening, session locks and migrations, where DATABASE_URL leads through a transaction pooler. */
  DATABASE_DIRECT_URL: address.optional(),
  BATON_HOME: path.prefault('.baton'),
  BATON_CONFIG: path.prefault(configFile),
  BATON_LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  /** Runs at once, per worker. */
  BATON_CONCURRENCY: wholeNumber(1, 10_000).prefault('64'),
  BATON_LEASE_MS: wholeNumber(500, 3_600_000).prefault('30000'),
  ...chatVariables,
  ...modelVariables,
});

const settings = variables.transform((given) =>
  Object.freeze({
    databaseUrl: given.DATABASE_URL,
    databaseDirectUrl: given.DATABASE_DIRECT_URL,
    home: given.BATON_HOME,
    configFile: given.BATON_CONFIG,
    logLevel: given.BATON_LOG_LEVEL,
    concurrency: given.BATON_CONCURRENCY,
    leaseMs: given.BATON_LEASE_MS,
    ...chatSettings(given),
    ...modelSettings(given),
  }),
);
export type Settings = z.output<typeof settings>;

const names = Object.keys(variables.shape);

/** Variables of tests that break a worker on purpose. */
const isForTests = (name: string): boolean =>
  name.startsWith('BATON_TEST_') || name === 'BATON_CRASH_AT' || name === 'BATON_STALL_AT';

/**
 * Reads the settings. `overrides` are variables given on the command line; they win. An empty value is an absent one.
 *
 * @throws {BatonError} `config_invalid`, with every problem.
 */
export function loadSettings(env: Variables, overrides: Variables = {}): Settings {
  const given = Object.fromEntries(
    [...Object.entries(env), ...Object.entries(overrides)].filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settings.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => problem('setting_invalid', String(path[0]), message)),
    ...Object.keys(given)
      .filter((name) => name.startsWith('BATON_') && !names.includes(name) && !isForTests(name))
      .map((name) => problem('setting_unknown', name, hintFor(name))),
    ...missingOf(given),
    ...missingOfModels(given),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  const list = problems.map(({ path, hint }) => `${path} ${hint}`).join('; ');
  throw new BatonError('config_invalid', `The settings do not hold: ${list}.`, { problems });
}

const problem = (code: string, path: string, hint: string): Problem => ({ code, path, hint });

/** The settings of this process. */
export const loadProcessSettings = (overrides: Variables = {}): Settings =>
  loadSettings(processEnvironment(), overrides);

/** The environment of this process, as it is now. */
export const processEnvironment = (): Variables =>
  // biome-ignore lint/style/noProcessEnv: the one place that reads it
  Object.freeze({ ...process.env });

/**
 * What a process of an isolated agent may know: what the configuration file may read, and the address of the database.
 * The tokens and keys by which Baton itself speaks to chat platforms and to models, and the direct address, stay here.
 */
export function isolatedEnvironment(env: Variables, databaseUrl: string): Record<string, string | undefined> {
  const shared = Object.entries(env).filter(
    ([name]) =>
      !/^(TELEGRAM|SLACK|OPENAI|GIGACHAT)_/.test(name) && !name.startsWith('BATON_') && name !== 'DATABASE_DIRECT_URL',
  );
  return { ...Object.fromEntries(shared), DATABASE_URL: databaseUrl };
}

function hintFor(unknown: string): string {
  const [nearest] = names
    .filter((name) => name.startsWith('BATON_'))
    .map((name) => ({ name, edits: editsBetween(unknown, name) }))
    .sort((a, b) => a.edits - b.edits);
  const guess = nearest && nearest.edits <= 4 ? `; did you mean ${nearest.name}?` : '';
  return `is not a setting${guess}`;
}

/** Levenshtein distance: letters to insert, delete or replace. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
