import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import postgres from 'postgres';
import { checkChats } from '../../src/cli/doctor/chats.ts';
import { judgeDisk } from '../../src/cli/doctor/disk.ts';
import { checkServer } from '../../src/cli/doctor/server.ts';
import { loadSettings } from '../../src/config.ts';
import { testDatabase } from '../support/database.ts';
import { baton } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-doctor-'));
after(() => rmSync(folder, { recursive: true }));

interface Line {
  check: string;
  ok: boolean;
  text: string;
  advice?: string;
}

async function doctor(url: string | null, line: string[] = [], env: Record<string, string> = {}) {
  const { code, out, err } = await baton(url, ['doctor', '--json', ...line], { env });
  const lines = out
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as Line);
  return { code, err, lines, trouble: lines.filter(({ ok }) => !ok).map(({ check }) => check) };
}

test('an embedded deployment is well before its first start and after it, and the doctor makes no database', async () => {
  const env = { BATON_HOME: join(folder, 'home') };
  const before = await doctor(null, [], env);
  assert.deepEqual([before.code, before.trouble], [0, []], before.err);
  assert.match(before.lines.find(({ check }) => check === 'server')!.text, /no database yet/);
  assert.equal(
    (await baton(null, ['run', 'Refund order 1042, it arrived damaged', '--decide', 'approve'], { env })).code,
    0,
  );
  const sound = await baton(null, ['doctor', '--deep'], { env });
  assert.equal(sound.code, 0, sound.out + sound.err);
  assert.ok(
    sound.out
      .trim()
      .split('\n')
      .every((line) => line.startsWith('ok ')),
    sound.out,
  );
  chmodSync(join(env.BATON_HOME, 'postgres-run'), 0o755);
  const open = await doctor(null, [], env);
  assert.deepEqual([open.code, open.trouble], [1, ['server']]);
});

test('a configuration that does not hold is told problem by problem, and the rest is looked at all the same', async () => {
  await using database = await testDatabase();
  const path = join(folder, 'wrong.config.ts');
  writeFileSync(
    path,
    `import { defineAgent, defineConfig, defineRoute } from 'baton';
     import { z } from 'zod';
     const read = defineAgent({ name: 'a.read', title: 'Read', effect: 'read', input: z.strictObject({}),
       output: z.strictObject({}), run: () => ({}) });
     const route = defineRoute({ name: 'r', title: 'R', description: 'R', fields: z.strictObject({ order: z.string() }),
       patterns: [/(?<ordr>.)/], plan: (p) => p.step('read', read, () => ({})).answer(() => ({})),
       questions: { deciders: { roles: ['finanse'] } } });
     export default defineConfig(() => ({ routes: [route], people: { anna: { roles: ['finance'] } } }));`,
  );
  const { code, lines, trouble } = await doctor(database.url, ['--config', path]);
  assert.equal(code, 2);
  // The server of the tests does not wait for the disk.
  assert.deepEqual([...new Set(trouble)], ['configuration', 'durability']);
  const told = lines.filter(({ check, ok }) => check === 'configuration' && !ok).map(({ text }) => text);
  assert.ok(
    told.some((text) => /did you mean finance\?/.test(text)) && told.some((text) => /did you mean order\?/.test(text)),
  );
  assert.equal(lines.at(-1)?.check, 'outbox');
  assert.deepEqual(
    lines.filter(({ check }) => check === 'telegram' || check === 'slack').map(({ text }) => text),
    ['off; TELEGRAM_BOT_TOKEN turns it on', 'off; SLACK_BOT_TOKEN turns it on'],
  );
  const none = await doctor(database.url, ['--config', join(folder, 'none.ts')]);
  assert.deepEqual([none.code, none.trouble.includes('configuration')], [2, true]);
});

test('without a database the rest is looked at, and the password of its address is not told', async () => {
  const { code, lines, trouble, err } = await doctor('postgres://nobody:hunter22@127.0.0.1:9/none');
  assert.deepEqual([code, trouble], [4, ['database']]);
  assert.deepEqual(
    lines.map(({ check }) => check),
    ['disk', 'configuration', 'telegram', 'slack', 'models', 'database'],
  );
  assert.doesNotMatch(JSON.stringify(lines) + err, /hunter22/);
});

test('a user who may not read the tables is told so, and it is no crash', async () => {
  await using database = await testDatabase();
  const role = `weak_${process.pid}`;
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create role ${role} login`);
  try {
    const { code, lines } = await doctor(database.url.replace('//baton@', `//${role}@`));
    assert.equal(code, 1);
    const refused = lines.at(-1)!;
    assert.deepEqual([refused.check, refused.ok], ['database', false]);
    assert.match(refused.text, /refused to be looked at any further \(42501\)/);
    assert.match(refused.advice!, /rights of the user/);
  } finally {
    await sql.unsafe(`drop role ${role}`);
    await sql.end();
  }
});

test('for people each trouble comes with what to do', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['doctor']);
  assert.equal(code, 1);
  assert.match(
    out,
    /^! {4}durability {5}fsync .* are off: a crash can lose what was accepted\n {5}→ turn them on in Postgres$/m,
  );
});

test('a disk that is nearly full is told in time', () => {
  assert.deepEqual(judgeDisk('/data', 12_345_678_901, 1e6), { check: 'disk', ok: true, text: '12 GB free for /data' });
  assert.match(judgeDisk('/data', 400_000_000, 1e6).text, /^only 400 MB free for \/data$/);
  assert.match(judgeDisk('/data', 1e12, 12).text, /^12 files more/);
});

test('an embedded server that cannot run is told before it is tried', () => {
  const well = { data: '/d', dataVersion: '18', binariesVersion: '18', server: { pid: 7, status: 'ready' }, open: [] };
  assert.deepEqual(
    checkServer(well).map(({ ok }) => ok),
    [true],
  );
  assert.match(
    checkServer({ ...well, dataVersion: '17' })[0]!.text,
    /made by Postgres 17, and Postgres 18 is installed/,
  );
  assert.match(checkServer({ ...well, binariesVersion: null })[0]!.advice!, /omit=optional/);
  const open = checkServer({ ...well, open: [{ path: '/d', why: 'its mode is 755' }] });
  assert.match(open[1]!.advice!, /chmod go-rwx \/d/);
});

/** Answers by path, and remembers what it was asked. */
async function platform(answers: Record<string, unknown>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[(request.url ?? '').split('/').at(-1)!];
    response.setHeader('content-type', 'application/json');
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? { ok: false, error_code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('chats are asked whether they know us, and what they let us hear', async () => {
  await using telegram = await platform({
    getMe: { ok: true, result: { username: 'baton_bot', can_read_all_group_messages: false } },
    getWebhookInfo: { ok: true, result: { url: 'https://elsewhere.example/' } },
  });
  await using slack = await platform({ 'auth.test': { ok: false, error: 'invalid_auth' } });
  const settings = loadSettings({
    TELEGRAM_BOT_TOKEN: '1:s3cret',
    TELEGRAM_API_ROOT: telegram.url,
    SLACK_BOT_TOKEN: 'xoxb-s3cret',
    SLACK_APP_TOKEN: 'xapp-s3cret',
    SLACK_API_URL: `${slack.url}/api/`,
  });
  const found = await checkChats(settings, { telegram: 1 });
  assert.deepEqual(
    found.map(({ check, ok, text }) => [check, ok, text]),
    [
      [
        'telegram',
        true,
        '@baton_bot, by polling; in groups it hears /task@it and replies; mentions only as an administrator, or with privacy off',
      ],
      ['telegram', false, 'a webhook is set for this bot, by something else'],
      ['slack', false, 'the token is refused (invalid_auth)'],
      ['slack', false, 'nobody of the configuration has an account there'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(found), /s3cret/);
  const off = await checkChats(loadSettings({}), {});
  assert.deepEqual(
    off.map(({ ok }) => ok),
    [true, true],
  );
  const away = await checkChats(
    loadSettings({ TELEGRAM_BOT_TOKEN: '1:s3cret', TELEGRAM_API_ROOT: 'http://127.0.0.1:1' }),
    { telegram: 1 },
  );
  assert.equal(away[0]!.text, 'the platform could not be reached');
});

const chatsAt = (telegram: string, slack: string, more: Record<string, string> = {}) =>
  loadSettings({
    TELEGRAM_BOT_TOKEN: '1:s3cret',
    TELEGRAM_API_ROOT: telegram,
    SLACK_BOT_TOKEN: 'xoxb-s3cret',
    SLACK_SIGNING_SECRET: 's3cret-s3cret',
    SLACK_API_URL: slack,
    PORT: '1',
    ...more,
  });

test('a bot that is well is told by its name, with how it is reached, and a webhook that leads elsewhere', async () => {
  await using telegram = await platform({
    getMe: { ok: true, result: { username: 'baton_bot', can_read_all_group_messages: true } },
    getWebhookInfo: { ok: true, result: { url: 'https://elsewhere.example/s3cret' } },
  });
  await using slack = await platform({ 'auth.test': { ok: true, user: 'baton', team: 'Shop' } });
  const webhook = { TELEGRAM_WEBHOOK_URL: 'https://here.example/', TELEGRAM_WEBHOOK_SECRET: 's' };
  // With and without a slash at the end, as the clients of the platforms take it.
  const found = await checkChats(chatsAt(`${telegram.url}/`, `${slack.url}/api`, webhook), { telegram: 1, slack: 2 });
  assert.deepEqual(
    found.map(({ check, ok, text }) => [check, ok, text]),
    [
      ['telegram', true, '@baton_bot, by webhook; in groups it hears commands, replies and mentions'],
      ['telegram', false, 'the bot’s webhook leads elsewhere'],
      ['slack', true, 'baton in Shop, over HTTP'],
    ],
  );
  assert.deepEqual(telegram.asked.sort(), ['/bot1:s3cret/getMe', '/bot1:s3cret/getWebhookInfo']);
  assert.deepEqual(slack.asked, ['/api/auth.test']);
  assert.doesNotMatch(JSON.stringify(found), /s3cret/);
});

test('a refused token, a busy platform and something else in its place are told apart, and each says what to do', async () => {
  const of = async (getMe: unknown, auth: unknown) => {
    await using telegram = await platform({ getMe });
    await using slack = await platform({ 'auth.test': auth });
    const found = await checkChats(chatsAt(telegram.url, slack.url), null);
    assert.ok(found.every(({ ok, advice }) => !ok && advice));
    assert.doesNotMatch(JSON.stringify(found), /s3cret/);
    return found.map(({ text }) => text);
  };
  assert.deepEqual(await of({ ok: false, error_code: 401 }, { ok: false, error: 'token_revoked' }), [
    'the token is refused (401)',
    'the token is refused (token_revoked)',
  ]);
  assert.deepEqual(await of({ ok: false, error_code: 429 }, { ok: false, error: 'ratelimited' }), [
    'the platform does not answer now (429)',
    'the platform does not answer now (ratelimited)',
  ]);
  assert.deepEqual(await of('<html>s3cret', 'null'), [
    'the platform could not be reached',
    'the platform could not be reached',
  ]);
});

test('cards for a channel that no process serves are told', async () => {
  await using database = await testDatabase();
  const run = await baton(database.url, ['run', 'Refund order 1042, it arrived damaged', '--decide', 'approve']);
  assert.equal(run.code, 0, run.err);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql`insert into posts (run_id, purpose, conversation, wants_seq) select id, 'summary', 'slack:T1/C1', 1 from runs`;
  await sql.end();
  const { lines } = await doctor(database.url);
  const found = lines.find(({ check }) => check === 'outbox')!;
  assert.deepEqual([found.ok, found.text], [false, 'one card for slack, and nobody sends there']);
});
