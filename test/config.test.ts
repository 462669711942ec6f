import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { isolatedEnvironment, loadProcessSettings, loadSettings } from '../src/config.ts';
import type { BatonError } from '../src/contracts/error.ts';
import { createLog } from '../src/log.ts';

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
    openai: null,
    gigachat: null,
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
    openai: null,
    gigachat: null,
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

test('an isolated agent is given what the configuration reads, without the tokens of chats and the keys of models', () => {
  const chats = { TELEGRAM_BOT_TOKEN: 't', SLACK_APP_TOKEN: 's' };
  const models = { OPENAI_API_KEY: 'o', GIGACHAT_AUTH_KEY: 'g', GIGACHAT_CA_FILE: 'c' };
  const env = { SHOP: '1', ...chats, ...models, BATON_HOME: 'h', DATABASE_DIRECT_URL: 'd' };
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
  assert.deepEqual(loadSettings({ PORT: '0' }).http, { port: 0, host: '127.0.0.1' });
  const { SLACK_BOT_TOKEN } = slack;
  const signed = { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET: 's3cret-s3cret', SLACK_API_URL: 'http://a.example/api' };
  assert.deepEqual(loadSettings({ ...signed, PORT: '1' }).slack, {
    botToken: 'xoxb-s3cret',
    signingSecret: 's3cret-s3cret',
    apiUrl: 'http://a.example/api',
  });
  // With both, Slack comes over the socket alone, and needs no port.
  assert.deepEqual(loadSettings({ ...slack, SLACK_SIGNING_SECRET: 's3cret-s3cret' }).slack, {
    botToken: 'xoxb-s3cret',
    appToken: 'xapp-s3cret',
  });
});

test('a webhook is https, unless it stays on this machine', () => {
  const url = (TELEGRAM_WEBHOOK_URL: string) => ({
    ...telegram,
    TELEGRAM_WEBHOOK_URL,
    TELEGRAM_WEBHOOK_SECRET: 's',
    PORT: '1',
  });
  for (const well of ['https://a.example', 'http://127.0.0.1:1/t', 'http://localhost/t']) loadSettings(url(well));
  for (const wrong of ['http://a.example/t', 'http://localhost.a.example/t', 'a.example', 'https://']) {
    assert.deepEqual(
      problemsOf(url(wrong)).problems.map(({ path }) => path),
      ['TELEGRAM_WEBHOOK_URL'],
      wrong,
    );
  }
});

test('what has the wrong form is refused by the name of its variable', () => {
  const wrong: Record<string, string[]> = {
    TELEGRAM_BOT_TOKEN: ['s3cret', '1:a b', 'a:b'],
    TELEGRAM_API_ROOT: ['ftp://a', 'a.example', 'http://'],
    TELEGRAM_WEBHOOK_SECRET: ['a b', 'ü', 'x'.repeat(257)],
    SLACK_BOT_TOKEN: ['xoxp-1', 'xoxb-', 'xoxb-1 2'],
    SLACK_APP_TOKEN: ['xoxb-1'],
    SLACK_SIGNING_SECRET: ['short'],
    SLACK_API_URL: ['slack.com/api/'],
    PORT: ['65536', '-1', '1e3', ' 80', '80a'],
    HOST: ['a b'],
  };
  const whole = {
    ...telegram,
    ...slack,
    TELEGRAM_WEBHOOK_URL: 'https://a.example',
    TELEGRAM_WEBHOOK_SECRET: 's',
    PORT: '1',
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const error = problemsOf({ ...whole, [name]: value });
      assert.deepEqual(
        error.problems.map(({ code, path }) => [code, path]),
        [['setting_invalid', name]],
        value,
      );
      assert.ok(!error.message.includes(`${name} ${value}`));
    }
  }
});

test('no secret of a chat gets into the log, plain, encoded or within an address', () => {
  const env = {
    TELEGRAM_BOT_TOKEN: '123456:AAE-x_y',
    TELEGRAM_WEBHOOK_SECRET: 'hook_s3cret',
    TELEGRAM_API_ROOT: 'http://me:root%2Fpass@bots.example',
    SLACK_BOT_TOKEN: 'xoxb-1-s3cret',
    SLACK_APP_TOKEN: 'xapp-1-s3cret',
    SLACK_SIGNING_SECRET: '0a1b2c3d4e5f',
  };
  const secrets = [...Object.values(env).filter((value) => !value.startsWith('http')), 'root%2Fpass', 'root/pass'];
  const lines: string[] = [];
  const log = createLog('info', env, (line) => lines.push(line));
  for (const secret of secrets) {
    log.info({ plain: secret, encoded: encodeURIComponent(secret), in: [`a ${secret}, b`] }, 'said');
    log.info({ url: `https://api.telegram.org/bot${secret}/getMe` }, `POST /bot${encodeURIComponent(secret)}/getMe`);
  }
  log.info({ url: `${env.TELEGRAM_API_ROOT}/bot${env.TELEGRAM_BOT_TOKEN}/getMe` }, 'said');
  for (const secret of secrets.flatMap((one) => [one, encodeURIComponent(one)])) {
    assert.ok(!lines.some((line) => line.includes(secret)), secret);
  }
  for (const line of lines) assert.match(JSON.stringify(JSON.parse(line)), /\[redacted\]/);
  assert.match(lines[1]!, /"https:\/\/api\.telegram\.org\/bot\[redacted\]\/getMe"/);
});

test('half of a channel is an error that names what is missing, and no value', () => {
  const halves: [Record<string, string>, string[]][] = [
    [{ TELEGRAM_API_ROOT: 'http://s3cret.example' }, ['TELEGRAM_BOT_TOKEN']],
    [{ ...telegram, TELEGRAM_WEBHOOK_URL: 'https://s3cret.example/' }, ['PORT', 'TELEGRAM_WEBHOOK_SECRET']],
    [{ ...telegram, TELEGRAM_WEBHOOK_SECRET: 's3cret' }, ['TELEGRAM_WEBHOOK_URL']],
    [{ ...telegram, TELEGRAM_WEBHOOK_URL: 'https://s3cret.example/', TELEGRAM_WEBHOOK_SECRET: 's3cret' }, ['PORT']],
    [
      { TELEGRAM_WEBHOOK_URL: 'https://s3cret.example/', TELEGRAM_WEBHOOK_SECRET: 's3cret', PORT: '1' },
      ['TELEGRAM_BOT_TOKEN'],
    ],
    [{ SLACK_SIGNING_SECRET: 's3cret-s3cret', PORT: '1' }, ['SLACK_BOT_TOKEN']],
    [{ SLACK_API_URL: 'http://s3cret.example/' }, ['SLACK_BOT_TOKEN']],
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
