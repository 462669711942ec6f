/** Access tokens: asked for once, in time, and anew when they are not accepted. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { codeOf, errorOf, freeStreams, outputOf, requestOf, talk } from './talk.ts';

const minutes = 60_000;

test('twenty requests at once ask for one token', async () => {
  await using at = await talk();
  const completions = await Promise.all(Array.from({ length: 20 }, () => at.ask()));
  for (const completion of completions) assert.deepEqual(outputOf(completion), { ok: true });
  assert.equal(at.fake.grants().length, 1);
  assert.equal(at.fake.completions().length, 20);
  assert.deepEqual(at.fake.refused(), []);
});

test('a token is used until two minutes before its end', async () => {
  await using at = await talk({ server: { tokenMs: 3 * minutes } });
  outputOf(await at.ask());
  outputOf(await at.ask());
  assert.equal(at.fake.grants().length, 1);
});

test('a token that ends within two minutes is replaced before it is used again', async () => {
  await using at = await talk({ server: { tokenMs: 2 * minutes - 1_000 } });
  outputOf(await at.ask());
  at.fake.oauth.tokenMs = 30 * minutes;
  outputOf(await at.ask());
  outputOf(await at.ask());
  assert.equal(at.fake.grants().length, 2);
  const bearers = at.fake.completions().map(({ headers }) => headers.authorization);
  assert.notEqual(bearers[0], bearers[1]);
  assert.equal(bearers[1], bearers[2]);
});

test('while no new token is to be had, one that is still good is used', async () => {
  await using at = await talk({ server: { tokenMs: minutes } });
  outputOf(await at.ask());
  at.fake.grant({ status: 503 });
  outputOf(await at.ask());
  assert.equal(at.fake.grants().length, 2);
  assert.equal(at.fake.completions()[0]!.headers.authorization, at.fake.completions()[1]!.headers.authorization);
});

test('a token that was revoked is replaced once, by all who had it together, and the request is repeated', async () => {
  await using at = await talk();
  outputOf(await at.ask());
  at.fake.oauth.revoke();
  const completions = await Promise.all(Array.from({ length: 5 }, () => at.ask()));
  for (const completion of completions) assert.deepEqual(outputOf(completion), { ok: true });
  assert.equal(at.fake.grants().length, 2);
  assert.equal(at.fake.refused().length, 5);
});

test('who hears late that a token is over takes the one that others have got meanwhile', async () => {
  await using at = await talk();
  const held = Promise.withResolvers<void>();
  at.fake.say({ status: 401, after: held.promise });
  const late = at.ask();
  await at.fake.until(() => at.fake.open() === 1);
  at.fake.oauth.revoke();
  outputOf(await at.ask());
  held.resolve();
  outputOf(await late);
  assert.equal(at.fake.grants().length, 2);
});

test('a second 401 is believed', async () => {
  await using at = await talk();
  at.fake.say({ status: 401 }, { status: 401 });
  const error = errorOf(await at.ask());
  assert.deepEqual([error.code, error.retryable], ['model_unauthorised', false]);
  assert.deepEqual([at.fake.completions().length, at.fake.grants().length], [2, 2]);
  outputOf(await at.ask());
});

test('a wrong key and a wrong scope are told from each other, and are not tried again', async () => {
  await using at = await talk();
  const signal = new AbortController().signal;
  const byKey = errorOf(await at.clientOf({ authKey: 'd3Jvbmc=' }).complete(requestOf(), signal));
  const byScope = errorOf(await at.clientOf({ scope: 'GIGACHAT_API_CORP' }).complete(requestOf(), signal));
  assert.deepEqual([byKey.code, byScope.code], ['model_unauthorised', 'model_unauthorised']);
  assert.match(byKey.message, /status 401.*key/);
  assert.match(byScope.message, /status 400.*scope/);
  assert.equal(at.fake.grants().length, 2);
});

for (const [turn, code] of [
  [{ status: 429, headers: { 'retry-after': '7' } }, 'model_throttled'],
  [{ status: 500 }, 'model_unavailable'],
  [{ cut: 'reset' }, 'model_unavailable'],
  [{ raw: '<html>' }, 'model_malformed'],
  [{ raw: '{"access_token":"a b","expires_at":1}' }, 'model_malformed'],
] as const) {
  test(`no token because of ${JSON.stringify(turn)} is ${code}`, async () => {
    await using at = await talk();
    at.fake.grant(turn);
    assert.equal(codeOf(await at.ask()), code);
    outputOf(await at.ask());
  });
}

test('whoever stops waiting for a token leaves it to the others', async () => {
  await using at = await talk();
  at.fake.grant({ cut: 'hang' });
  const stop = new AbortController();
  const stopped = at.ask({}, stop.signal);
  await at.fake.until(() => at.fake.grants().length === 1);
  const late = at.ask({ timeoutMs: 60 });
  stop.abort();
  assert.equal(codeOf(await stopped), 'aborted');
  assert.equal(codeOf(await late), 'timed_out');
  assert.equal(at.fake.grants().length, 1);
});

test('an authority that is not trusted is named, with what is to be set, and sends nothing', async () => {
  await using at = await talk();
  const error = errorOf(await at.clientOf({ caFile: undefined }).complete(requestOf(), new AbortController().signal));
  assert.equal(error.code, 'model_unreachable');
  assert.equal(error.retryable, false);
  assert.match(error.message, /GIGACHAT_CA_FILE/);
  assert.deepEqual(at.fake.calls, []);
});

test('what cannot be used is said when it is made', async () => {
  await using at = await talk();
  const broken = `${at.fake.caFile}.txt`;
  writeFileSync(broken, 'no certificate');
  const made = (more: Parameters<typeof at.clientOf>[0]) => () => at.clientOf(more);
  const config = { code: 'config_invalid' };
  assert.throws(made({ caFile: `${at.fake.caFile}.missing` }), config);
  assert.throws(made({ caFile: broken }), config);
  assert.throws(made({ authKey: ' \n' }), config);
  assert.throws(made({ authKey: 'a\nb' }), config);
  assert.throws(made({ baseUrl: 'http://gigachat.example/api/v1' }), config);
  assert.throws(made({ authUrl: 'nowhere' }), config);
  assert.equal(at.clientOf({ authKey: `${at.fake.authKey}\n`, streams: freeStreams }).provider, 'gigachat');
});
