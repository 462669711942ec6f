import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { isolatedEnvironment, loadProcessSettings, loadSettings } from '../src/config.ts';
import type { BatonError } from '../src/contracts/error.ts';

const problemsOf = (env: Record<string, string>): BatonError => {
  try {
    loadSettings(env);
  } catch (error) {
    return error as BatonError;
  }
  throw new assert.AssertionError({ message: 'the settings hold' });
};

test('without any variable every setting has its default', () => {
  const settings = loadSettings({});
  assert.deepEqual(settings, {
    databaseUrl: undefined,
    databaseDirectUrl: undefined,
    home: resolve('.baton'),
    configFile: join(import.meta.dirname, '../baton.config.ts'),
    logLevel: 'info',
    concurrency: 64,
    leaseMs: 30_000,
    telegram: null,
    slack: null,
    http: null,
  });
  assert.ok(Object.isFrozen(settings));
  assert.deepEqual(loadSettings({ BATON_LEASE_MS: '', BATON_HOME: '', DATABASE_URL: '' }), settings);
});

test('variables are read, and the command line wins', () => {
  const env = {
    DATABASE_URL: 'postgres://baton@%2Ftmp%2F,:5432/x',
    DATABASE_DIRECT_URL: 'postgresql://h/x',
    BATON_HOME: 'home',
    BATON_CONFIG: '/etc/baton.ts',
    BATON_LOG_LEVEL: 'silent',
    BATON_CONCURRENCY: '1',
    BATON_LEASE_MS: '500',
    PATH: '/bin',
  };
  assert.deepEqual(loadSettings(env, { BATON_CONCURRENCY: '2', BATON_CONFIG: undefined }), {
    databaseUrl: env.DATABASE_URL,
    databaseDirectUrl: env.DATABASE_DIRECT_URL,
    home: resolve('home'),
    configFile: '/etc/baton.ts',
    logLevel: 'silent',
    concurrency: 2,
    leaseMs: 500,
    telegram: null,
    slack: null,
    http: null,
  });
});

test('all problems are reported at once, by name and without a value', () => {
  const error = problemsOf({
    DATABASE_URL: 'mysql://s3cret',
    BATON_LOG_LEVEL: 's3cret',
    BATON_CONCURRENCY: '0',
    BATON_LEASE_MS: '499',
    BATON_CONCURENCY: 's3cret',
  });
  assert.equal(error.code, 'config_invalid');
  assert.deepEqual(error.problems.map(({ code, path }) => `${code} ${path}`).sort(), [
    'setting_invalid BATON_CONCURRENCY',
    'setting_invalid BATON_LEASE_MS',
    'setting_invalid BATON_LOG_LEVEL',
    'setting_invalid DATABASE_URL',
    'setting_unknown BATON_CONCURENCY',
  ]);
  assert.doesNotMatch(error.message + JSON.stringify(error.problems), /s3cret|499/);
  assert.match(error.message, /BATON_LEASE_MS must be a whole number from 500/);
});

test('numbers are plain digits', () => {
  for (const wrong of ['1.5', '-1', '1e3', ' 5', 'NaN', '10001', '0x10']) {
    assert.deepEqual(problemsOf({ BATON_CONCURRENCY: wrong }).problems.length, 1, wrong);
  }
});

test('a misspelt setting is met with the nearest one; a far one without', () => {
  assert.match(problemsOf({ BATON_LOGLEVEL: 'x' }).message, /did you mean BATON_LOG_LEVEL\?/);
  assert.doesNotMatch(problemsOf({ BATON_SOMETHING_ELSE: 'x' }).message, /did you mean/);
});

test('variables of tests are no settings and no problem', () => {
  loadSettings({ BATON_TEST_DATABASE_URL: 'x', BATON_CRASH_AT: 'x', BATON_STALL_AT: 'x' });
});

test('the settings of the process are read when asked for', () => {
  process.env.BATON_LEASE_MS = '700';
  assert.equal(loadProcessSettings().leaseMs, 700);
  assert.equal(loadProcessSettings({ BATON_LEASE_MS: '800' }).leaseMs, 800);
  delete process.env.BATON_LEASE_MS;
});

test('an isolated agent is given what the configuration reads, without the tokens of chat platforms', () => {
  const env = { SHOP: '1', TELEGRAM_BOT_TOKEN: 't', SLACK_APP_TOKEN: 's', BATON_HOME: 'h', DATABASE_DIRECT_URL: 'd' };
  assert.deepEqual(isolatedEnvironment(env, 'postgres://x'), { SHOP: '1', DATABASE_URL: 'postgres://x' });
});

const telegram = { TELEGRAM_BOT_TOKEN: '1:abc-DEF' };
const slack = { SLACK_BOT_TOKEN: 'xoxb-s3cret', SLACK_APP_TOKEN: 'xapp-s3cret' };

test('a channel is on when its token is set', () => {
  assert.deepEqual(loadSettings(telegram).telegram, { token: '1:abc-DEF' });
  assert.deepEqual(loadSettings(slack).slack, { botToken: 'xoxb-s3cret', appToken: 'xapp-s3cret' });
  const webhook = { TELEGRAM_WEBHOOK_URL: 'https://a.example/t', TELEGRAM_WEBHOOK_SECRET: 's_1', PORT: '0' };
  assert.deepEqual(loadSettings({ ...telegram, ...webhook }).telegram?.webhook, {
    url: 'https://a.example/t',
    secret: 's_1',
  });
  assert.deepEqual(loadSettings({ PORT: '8080', HOST: '0.0.0.0' }).http, { port: 8080, host: '0.0.0.0' });
});

test('half of a channel is an error that names what is missing, and no value', () => {
  const halves: [Record<string, string>, string[]][] = [
    [{ TELEGRAM_API_ROOT: 'http://s3cret.example' }, ['TELEGRAM_BOT_TOKEN']],
    [{ ...telegram, TELEGRAM_WEBHOOK_URL: 'https://s3cret.example/' }, ['PORT', 'TELEGRAM_WEBHOOK_SECRET']],
    [{ ...telegram, TELEGRAM_WEBHOOK_SECRET: 's3cret' }, ['TELEGRAM_WEBHOOK_URL']],
    [{ SLACK_BOT_TOKEN: 'xoxb-s3cret' }, ['SLACK_APP_TOKEN']],
    [{ SLACK_APP_TOKEN: 'xapp-s3cret' }, ['SLACK_BOT_TOKEN']],
    [{ SLACK_BOT_TOKEN: 'xoxb-s3cret', SLACK_SIGNING_SECRET: 's3cret-s3cret' }, ['PORT']],
    [
      { TELEGRAM_BOT_TOKEN: 's3cret', SLACK_BOT_TOKEN: 's3cret', PORT: '70000' },
      ['PORT', 'SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN', 'TELEGRAM_BOT_TOKEN'],
    ],
  ];
  for (const [env, missing] of halves) {
    const error = problemsOf(env);
    assert.deepEqual(error.problems.map(({ path }) => path).sort(), missing);
    assert.doesNotMatch(error.message + JSON.stringify(error.problems), /s3cret|70000/);
  }
});

test('variables of chats that Baton does not know are somebody else’s', () => {
  loadSettings({ SLACK_WEBHOOK_FOR_ALERTS: 'x', TELEGRAM_SESSION: 'x' });
});
