/** The parts of the incident: what a task names, what a look at it tells, and what that comes to. */
import assert from 'node:assert/strict';
import { createServer as createSecureServer } from 'node:https';
import { test } from 'node:test';
import { createPatterns } from '../../processes/incident/message.ts';
import { type Facts, probe } from '../../processes/incident/probe.ts';
import { createSampleService } from '../../processes/incident/sample.ts';
import { createTargets, type Service } from '../../processes/incident/targets.ts';
import { assess } from '../../processes/incident/verdict.ts';
import { createAddressGuard } from '../../src/agents/address-guard.ts';
import { Refusal } from '../../src/contracts/agent.ts';
import { answering, listening, raw } from '../agents/server.ts';
import { certificate } from './certificate.ts';

const services: Service[] = [
  {
    name: 'shop',
    names: ['web shop', 'магазин'],
    addresses: { web: 'https://shop.example/', api: 'http://10.0.0.1:8080/api' },
  },
  { name: 'sample', names: ['sample service', 'учебный сервис'], addresses: { web: 'http://127.0.0.1:1/web' } },
];
const patterns = createPatterns(services);
/** What the task names: null if it is no incident, undefined if it does not say. */
const read = (text: string): string | null | undefined => {
  const match = patterns.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  return match ? match.groups?.targets : null;
};

test('a task is understood in both languages, with all that it names', () => {
  const told: [string, string | null | undefined][] = [
    ['Check https://shop.example and api.example:8443', 'https://shop.example and api.example:8443'],
    ['please check api.example/health, it hangs', 'api.example/health'],
    ['The shop is down', 'shop'],
    ['shop is down!', 'shop'],
    ["Our web shop doesn't work", 'web shop'],
    ['Is 10.0.0.7:8080 up?', '10.0.0.7:8080'],
    ['ping localhost:3000', 'localhost:3000'],
    ['check http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['Check the sample service', 'sample service'],
    ['Проверь сервис sample', 'sample'],
    ['What is wrong with https://a.example/x?y=1', 'https://a.example/x?y=1'],
    ['Что с сайтом https://shop.example?', 'https://shop.example'],
    ['ping http://[::1]!', 'http://[::1]'],
    ['Проверь shop.example и магазин', 'shop.example и магазин'],
    ['Магазин не работает', 'Магазин'],
    ['Что с магазином?', 'магазином'],
    ['Проверьте учебный сервис', 'учебный сервис'],
    ['что там с учебным сервисом', 'учебным сервисом'],
    ['упал api.example', 'api.example'],
    ['The site is down', undefined],
    ['Сайт не открывается', undefined],
    ['Проверь сервер', undefined],
    ['Refund order 1042, it arrived damaged', null],
    ['New supplier: Müller, ap@mueller.example', null],
    ['Buy a workshop down the road', null],
    ['Hello', null],
    ['Сервис хороший', null],
  ];
  for (const [text, targets] of told) assert.equal(read(text), targets, text);
});

test('a text of the greatest length is read at once', () => {
  const started = performance.now();
  for (const piece of ['a', 'a.', 'check ', 'check a.b ', '1.', 'http://', 'сервис ', '[', 'a-'])
    read(piece.repeat(4_000 / piece.length));
  assert.ok(performance.now() - started < 2_000, `${performance.now() - started} ms`);
});

test('names and addresses become targets, each once', () => {
  const of = createTargets(services, createAddressGuard({ allow: ['*.example', '10.0.0.0/8', 'localhost'] }));
  assert.deepEqual(of.find('web shop and shop'), ['shop/web', 'shop/api']);
  assert.deepEqual(of.find('https://shop.example, (api.example:8443), API.example:8443.'), [
    'shop/web',
    'https://api.example:8443/',
  ]);
  assert.deepEqual(of.find('10.1.2.3:80 localhost:3000/x'), ['http://10.1.2.3/', 'https://localhost:3000/x']);
  assert.equal(of.urlOf('shop/api').href, 'http://10.0.0.1:8080/api');
  assert.equal(of.serviceOf('shop/api')?.name, 'shop');
});

test('what the list of the configuration does not name is refused, public or not, and so is what is no address', () => {
  const of = createTargets(services, createAddressGuard({ allow: ['a.example:8443'] }));
  const refused: [string, RegExp][] = [
    ['https://a.example', /a\.example may not be looked at: add 'a\.example' to network\.allow/],
    ['b.example:8443', /add 'b\.example:8443' to network\.allow/],
    ['http://169.254.169.254/latest', /add '169\.254\.169\.254'/],
    ['http://2130706433/', /add '127\.0\.0\.1'/],
    ['http://user:pw@a.example:8443/', /is no address/],
    ['nothing at all', /No service and no address is named; known are: shop, sample/],
    [Array.from({ length: 21 }, (_, i) => `a.example:8443/${i}`).join(' '), /21 targets; 20 at most/],
  ];
  for (const [text, words] of refused) {
    assert.throws(
      () => of.find(text),
      (error) => error instanceof Refusal && words.test(error.message),
      text,
    );
  }
  assert.deepEqual(of.find('a.example:8443'), ['https://a.example:8443/']);
  // An input that a person has edited does not go through `find`.
  assert.throws(() => of.urlOf('http://127.0.0.1:22/'), Refusal);
});

const look = (url: string, more: { timeoutMs?: number; ca?: string; allow?: string[]; signal?: AbortSignal } = {}) =>
  probe(
    new URL(url),
    {
      guard: createAddressGuard({ allow: more.allow ?? ['127.0.0.1', 'localhost'] }),
      timeoutMs: more.timeoutMs ?? 5_000,
      ca: more.ca,
    },
    more.signal ?? new AbortController().signal,
  );

test('a look tells the status, and follows no redirect', async () => {
  for (const status of [200, 302, 404, 503]) {
    await using server = await answering(status, 'x', { location: 'http://169.254.169.254/' });
    const { latencyMs, ...facts } = await look(server.url);
    assert.deepEqual(facts, { status, certificateDays: null, trouble: null });
    assert.ok(latencyMs >= 0);
  }
});

test('what keeps an answer from coming is told with its place', async () => {
  const closed = await answering(200);
  await closed[Symbol.asyncDispose]();
  const trouble = async (url: string, more?: Parameters<typeof look>[1]) => (await look(url, more)).trouble;
  assert.deepEqual(await trouble(closed.url), { at: 'connection', what: 'the connection is refused' });
  await using silent = await raw(() => {});
  assert.deepEqual(await trouble(silent.url, { timeoutMs: 500 }), { at: 'answer', what: 'no answer within 0.5 s' });
  await using broken = await raw((socket) => socket.resetAndDestroy());
  assert.equal((await trouble(broken.url))?.at, 'answer');
  await using plain = await answering(200);
  assert.equal((await trouble(plain.url.replace('http:', 'https:')))?.at, 'answer');
  const refused = await trouble(plain.url, { allow: [] });
  assert.equal(refused?.at, 'name');
  assert.match(refused?.what ?? '', /127\.0\.0\.1 is loopback/);
  assert.equal((await trouble('http://nowhere.invalid/', { allow: ['nowhere.invalid'] }))?.at, 'name');
  assert.equal(plain.connections(), 1);
});

test('a look that is called off ends as such, and breaks the connection', async () => {
  const controller = new AbortController();
  const closed = Promise.withResolvers<void>();
  await using server = await raw((socket) => {
    socket.on('close', () => closed.resolve());
    controller.abort();
  });
  await assert.rejects(look(server.url, { signal: controller.signal }), { name: 'AbortError' });
  await closed.promise;
});

test('a certificate is told by the days that it has left, and by whether it is to be trusted', async () => {
  const served = async (days: number, trusted = true, host = '127.0.0.1') => {
    const { key, cert } = certificate(days);
    await using server = await listening(
      createSecureServer({ key, cert }, (_, response) => response.end('x')),
      'https',
    );
    const { latencyMs, ...facts } = await look(server.url.replace('127.0.0.1', host), trusted ? { ca: cert } : {});
    return facts;
  };
  assert.deepEqual(await served(5), { status: 200, certificateDays: 5, trouble: null });
  assert.deepEqual(await served(90, true, 'localhost'), { status: 200, certificateDays: 90, trouble: null });
  const ended = await served(-3);
  assert.deepEqual(ended, {
    status: 200,
    certificateDays: -3,
    trouble: { at: 'certificate', what: 'the certificate has ended' },
  });
  assert.match((await served(90, false)).trouble?.what ?? '', /is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
});

test('the facts come to a verdict, by thresholds', () => {
  const limits = { slowMs: 2_000, expiringDays: 14 };
  const facts = (more: Partial<Facts>): Facts => ({
    status: 200,
    latencyMs: 10,
    certificateDays: 90,
    trouble: null,
    ...more,
  });
  const cases: [Partial<Facts>, string, boolean, string][] = [
    [{}, 'healthy', false, 'HTTP 200 in 10 ms'],
    [{ status: 302 }, 'healthy', false, 'HTTP 302 in 10 ms'],
    [{ status: 404 }, 'degraded', false, 'HTTP 404 in 10 ms'],
    [{ status: 500 }, 'down', true, 'HTTP 500 in 10 ms'],
    [{ latencyMs: 2_000 }, 'healthy', false, 'HTTP 200 in 2000 ms'],
    [{ latencyMs: 2_001 }, 'degraded', false, 'HTTP 200 in 2001 ms, more than 2 s'],
    [{ certificateDays: 14 }, 'healthy', false, 'HTTP 200 in 10 ms'],
    [{ certificateDays: 13 }, 'expiring', false, 'HTTP 200 in 10 ms, the certificate ends in 13 days'],
    [{ certificateDays: 0 }, 'expiring', false, 'HTTP 200 in 10 ms, the certificate ends in less than a day'],
    [{ status: null, trouble: { at: 'name', what: 'n' } }, 'down', false, 'n'],
    [{ status: null, trouble: { at: 'connection', what: 'c' } }, 'down', true, 'c'],
    [{ status: null, trouble: { at: 'answer', what: 'a' } }, 'down', true, 'a'],
    [{ trouble: { at: 'certificate', what: 't' } }, 'down', false, 't, HTTP 200 in 10 ms'],
  ];
  for (const [more, state, curable, evidence] of cases) {
    assert.deepEqual(assess(facts(more), limits), { state, curable, evidence });
  }
});

test('the sample service is held by one of those that want it, and by the next when that one goes', async () => {
  const deployment = `test ${process.pid} ${Date.now()}`;
  const [one, two] = [createSampleService(deployment), createSampleService(deployment)];
  assert.equal(one.entry, two.entry);
  const { api, web } = one.service.addresses as { api: string; web: string };
  const statusOf = async (url: string) => (await look(url)).status;
  try {
    await Promise.all([one.service.wake!(), one.service.wake!()]);
    await two.service.wake!();
    assert.deepEqual([await statusOf(web), await statusOf(api)], [200, 503]);
    await fetch(one.service.restart!, { method: 'POST', headers: { 'idempotency-key': 'k' } });
    assert.equal(await statusOf(api), 200);
    await one.close();
    assert.equal((await look(api)).trouble?.what, 'the connection is refused');
    await two.service.wake!();
    assert.deepEqual([await statusOf(web), await statusOf(api)], [200, 503]);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});
