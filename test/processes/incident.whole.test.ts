/** An incident to each of its ends: real servers, real probes, real Postgres. */
import assert from 'node:assert/strict';
import { createServer as createSecureServer } from 'node:https';
import { test } from 'node:test';
import { createIncidentAgents, type IncidentSettings } from '../../processes/incident/agents.ts';
import { createIncidentRoute, type IncidentTerms } from '../../processes/incident/route.ts';
import { createSampleService } from '../../processes/incident/sample.ts';
import type { Verb } from '../../src/contracts/escalation.ts';
import type { EventOf } from '../../src/contracts/event.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { listening, raw, serve } from '../agents/server.ts';
import { begin, eventsOf, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { anna, createShop } from '../support/world.ts';
import { certificate } from './certificate.ts';

/** A service with an address that works and one that does not, until its hook is called. */
async function service({ heals = true, hookStatus = 200 } = {}) {
  const restarts: { key: string; body: Json }[] = [];
  let isHealthy = false;
  const server = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (request.url === '/restart') {
      restarts.push({ key: String(request.headers['idempotency-key']), body: JSON.parse(body) as Json });
      isHealthy ||= heals;
      return response.writeHead(hookStatus).end();
    }
    const works = request.url === '/web' || isHealthy;
    return response.writeHead(works ? 200 : 503).end();
  });
  return {
    ...server,
    restarts,
    heal: () => {
      isHealthy = true;
    },
    shop: {
      name: 'shop',
      addresses: { web: `${server.origin}/web`, api: `${server.origin}/api` },
      restart: `${server.origin}/restart`,
    },
  };
}
type Served = Awaited<ReturnType<typeof service>>;

interface Options {
  settings?: Partial<IncidentSettings>;
  terms?: Partial<IncidentTerms>;
}

const operations = (services: IncidentSettings['services'], { settings, terms }: Options = {}) => {
  const network = { allow: ['127.0.0.1'] };
  const agents = createIncidentAgents({ network, services, settleMs: 1, looks: 2, ...settings });
  return running({
    shop: createShop(),
    configuration: {
      routes: [createIncidentRoute(agents, { deciders: 'operations', ...terms })],
      people: { operator: {}, anna: { roles: ['operations'] } },
      network,
    },
  });
};

const vote = async (
  { desk }: Orchestrator,
  { question }: EventOf<'asked'>,
  verb: Verb,
  value?: Json,
): Promise<string> =>
  (await desk.vote(question.code, { actor: anna, verb, ...(value !== undefined && { value }) })).result;

const answerOf = ({ answer }: EventOf<'finished'>): Record<string, Json> => {
  assert.ok(answer && 'inline' in answer, 'the run has an answer');
  return answer.inline as Record<string, Json>;
};
/** Times differ from run to run. */
const withoutTimes = (value: Json | undefined): Json =>
  JSON.parse(JSON.stringify(value ?? null).replace(/\d+ ms/g, '# ms')) as Json;

/** Up to the question of the restart. */
async function asked(of: Served, options?: Options, text = 'The shop is down') {
  const at = await operations([of.shop], options);
  const run = await begin(at.world, text);
  return { at, run, question: await until(at.world, run, 'asked') };
}

test('what is down is restarted with a word of a person, and looked at again', async () => {
  await using of = await service();
  const { at, run, question } = await asked(of);
  await using world = at;
  assert.deepEqual([question.question.kind, question.question.step], ['approve', 'restart[0]']);
  assert.equal(of.restarts.length, 0, 'nothing is restarted before');
  const evidence = (question.question.subject!.input as { evidence: string }).evidence;
  assert.match(evidence, /^shop\/api: HTTP 503 in \d+ ms$/);
  assert.equal(await vote(world.world, question, 'approve'), 'decided');
  const finished = await until(world.world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.deepEqual(withoutTimes(answerOf(finished) as Json), {
    state: 'healthy',
    targets: ['shop/web: healthy (HTTP 200 in # ms)', 'shop/api: down, now healthy (HTTP 200 in # ms)'],
    restarted: ['shop'],
  });
  assert.deepEqual(
    of.restarts.map(({ body }) => body),
    [{ service: 'shop', evidence }],
  );
  assert.notEqual(of.restarts[0]?.key, 'undefined');
});

test('each service that is down has a question of its own', async () => {
  await using one = await service();
  await using two = await service();
  await using at = await operations([one.shop, { ...two.shop, name: 'bank' }]);
  const run = await begin(at.world, 'Check shop and bank');
  const questions = [await until(at.world, run, 'asked'), await until(at.world, run, 'asked', { nth: 2 })];
  const services = questions.map(({ question }) => (question.subject!.input as { service: string }).service);
  assert.deepEqual(services.toSorted(), ['bank', 'shop']);
  for (const question of questions) await vote(at.world, question, 'approve');
  const finished = await until(at.world, run, 'finished');
  assert.deepEqual([answerOf(finished).state, answerOf(finished).restarted], ['healthy', ['shop', 'bank']]);
  assert.deepEqual([one.restarts.length, two.restarts.length], [1, 1]);
});

test('where all is healthy the run completes and says so, without a question', async () => {
  await using of = await service();
  of.heal();
  await using at = await operations([of.shop]);
  for (const text of ['Check the shop', `Что с сайтом ${of.origin}/web?`]) {
    const run = await begin(at.world, text);
    const finished = await until(at.world, run, 'finished');
    assert.equal(finished.status, 'completed', text);
    assert.deepEqual([answerOf(finished).state, answerOf(finished).restarted], ['healthy', []]);
    assert.ok((await eventsOf(at.world, run)).every(({ type }) => type !== 'asked'));
  }
});

test('a no restarts nothing, and ends the run', async () => {
  await using of = await service();
  const { at, run, question } = await asked(of);
  await using world = at;
  await vote(world.world, question, 'reject');
  const finished = await until(world.world, run, 'finished');
  assert.deepEqual([finished.status, finished.reason?.code], ['failed', 'rejected']);
  assert.deepEqual(of.restarts, []);
});

test('an edit sends what it says, and cannot send the restart elsewhere', async () => {
  await using of = await service();
  const { at, run, question } = await asked(of);
  await using world = at;
  const wrong = { service: 'shop', evidence: 'x', restart: 'http://169.254.169.254/' };
  assert.equal(await vote(world.world, question, 'edit', wrong), 'invalid_value');
  assert.equal(await vote(world.world, question, 'edit', { service: 'shop', evidence: 'Queue full' }), 'decided');
  assert.equal((await until(world.world, run, 'finished')).status, 'completed');
  assert.deepEqual(
    of.restarts.map(({ body }) => body),
    [{ service: 'shop', evidence: 'Queue full' }],
  );
});

test('an edit to a service that nothing restarts is refused, with nothing sent', async () => {
  await using of = await service();
  const { at, run, question } = await asked(of);
  await using world = at;
  await vote(world.world, question, 'edit', { service: 'bank', evidence: 'x' });
  const finished = await until(world.world, run, 'finished');
  assert.deepEqual([finished.status, finished.reason?.said], ['failed', 'Nothing is known that restarts bank.']);
  assert.deepEqual(of.restarts, []);
});

/** Up to the question about what is still down after the restart. */
async function stillDown(of: Served) {
  const { at, run, question } = await asked(of);
  await vote(at.world, question, 'approve');
  const failure = await until(at.world, run, 'asked', { nth: 2 });
  return { at, run, failure };
}

test('what is still down after the restart is a question, with the evidence', async () => {
  await using of = await service({ heals: false });
  const { at, failure } = await stillDown(of);
  await using world = at;
  const { kind, step, error, policy } = failure.question;
  assert.deepEqual([kind, step, policy.verbs], ['failure', 'verify[0]', ['retry', 'skip', 'give', 'stop']]);
  assert.match(error?.said ?? '', /^shop\/api is still down: HTTP 503 in \d+ ms$/);
  assert.ok(world.world);
});

test('retry looks again, and completes once the service is up', async () => {
  await using of = await service({ heals: false });
  const { at, run, failure } = await stillDown(of);
  await using world = at;
  await vote(world.world, failure, 'retry');
  const again = await until(world.world, run, 'asked', { nth: 3 });
  of.heal();
  await vote(world.world, again, 'retry');
  const finished = await until(world.world, run, 'finished');
  assert.deepEqual([finished.status, answerOf(finished).state], ['completed', 'healthy']);
  assert.equal(of.restarts.length, 1, 'a look is no restart');
});

test('skip completes, and says that the target is down', async () => {
  await using of = await service({ heals: false });
  const { at, run, failure } = await stillDown(of);
  await using world = at;
  await vote(world.world, failure, 'skip');
  const finished = await until(world.world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.equal(answerOf(finished).state, 'down');
  assert.match((answerOf(finished).targets as string[])[1]!, /^shop\/api: down \(HTTP 503/);
});

test('what a person gives is taken if it is a look at the target', async () => {
  await using of = await service({ heals: false });
  const { at, run, failure } = await stillDown(of);
  await using world = at;
  assert.equal(await vote(world.world, failure, 'give', { target: 'shop/api', state: 'fine' }), 'invalid_value');
  const given = { target: 'shop/api', state: 'healthy', evidence: 'I looked myself', curable: false };
  assert.equal(await vote(world.world, failure, 'give', given), 'decided');
  const finished = await until(world.world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.equal((answerOf(finished).targets as string[])[1], 'shop/api: down, now healthy (I looked myself)');
});

test('stop fails the run, and the report names the restart, which stands', async () => {
  await using of = await service({ heals: false });
  const { at, run, failure } = await stillDown(of);
  await using world = at;
  await vote(world.world, failure, 'stop');
  const finished = await until(world.world, run, 'finished');
  assert.equal(finished.status, 'failed');
  assert.match(JSON.stringify(finished.report), /restart\[0\]/);
});

test('a question that nobody answers in time ends the run, with nothing restarted', async () => {
  await using of = await service();
  const { at, run } = await asked(of, { terms: { expireAfterMs: 30 } });
  await using world = at;
  const finished = await until(world.world, run, 'finished');
  assert.deepEqual([finished.status, finished.reason?.code], ['failed', 'expired']);
  assert.deepEqual(of.restarts, []);
});

test('a hook that says no ends the run as refused', async () => {
  await using of = await service({ hookStatus: 403 });
  const { at, run, question } = await asked(of);
  await using world = at;
  await vote(world.world, question, 'approve');
  const finished = await until(world.world, run, 'finished');
  assert.deepEqual([finished.status, finished.reason?.code], ['failed', 'agent_refused']);
  assert.equal(of.restarts.length, 1);
});

test('a hook that does not say whether it did it is called again with the same key, and then a person is asked', async () => {
  await using of = await service({ hookStatus: 500 });
  const { at, run, question } = await asked(of);
  await using world = at;
  await vote(world.world, question, 'approve');
  const uncertain = await until(world.world, run, 'asked', { nth: 2 });
  assert.deepEqual([uncertain.question.kind, uncertain.question.step], ['uncertain', 'restart[0]']);
  assert.deepEqual([of.restarts.length, new Set(of.restarts.map(({ key }) => key)).size], [3, 1]);
  await vote(world.world, uncertain, 'done', { service: 'shop', status: 200 });
  const finished = await until(world.world, run, 'finished');
  assert.deepEqual([finished.status, answerOf(finished).state], ['completed', 'healthy']);
});

test('a target that gives no answer in time is down', async () => {
  await using silent = await raw(() => {});
  await using at = await operations([], { settings: { probeMs: 400 } });
  const finished = await until(at.world, await begin(at.world, `Check ${silent.origin}/x`), 'finished');
  assert.equal(finished.status, 'completed');
  assert.deepEqual(answerOf(finished).targets, [`${silent.origin}/x: down (no answer within 0.4 s)`]);
});

test('a cancel while a target is looked at breaks the look off', async () => {
  const [came, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using silent = await raw((socket) => {
    came.resolve();
    socket.on('close', () => left.resolve());
  });
  await using at = await operations([], { settings: { probeMs: 60_000 } });
  const run = await begin(at.world, `Check ${silent.origin}/x`);
  await came.promise;
  await at.world.desk.cancel(run, anna);
  assert.equal((await until(at.world, run, 'finished')).status, 'cancelled');
  await left.promise;
});

test('what a task does not name is asked for, and what is not allowed is refused before anything is sent', async () => {
  await using of = await service();
  await using at = await operations([of.shop]);
  const run = await begin(at.world, 'The site is down');
  const question = await until(at.world, run, 'asked');
  assert.equal(question.question.kind, 'answer');
  assert.deepEqual(question.question.schema?.required, ['targets']);
  await vote(at.world, question, 'answer', { targets: 'http://10.0.0.7/' });
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'agent_refused');
  assert.match(finished.reason?.said ?? '', /10\.0\.0\.7 may not be looked at: add '10\.0\.0\.7' to network\.allow/);
  assert.equal(of.connections(), 0);
});

test('a certificate that ends soon, and one that nobody trusts, are told apart', async () => {
  const [soon, strange] = [certificate(5), certificate(90)];
  const secure = ({ key, cert }: typeof soon) =>
    listening(
      createSecureServer({ key, cert }, (_, response) => response.end()),
      'https',
    );
  await using one = await secure(soon);
  await using two = await secure(strange);
  await using at = await operations([], { settings: { ca: soon.cert } });
  const run = await begin(at.world, `Check ${one.origin}/ and ${two.origin}/`);
  const { state, targets } = answerOf(await until(at.world, run, 'finished'));
  assert.equal(state, 'down');
  const [first, second] = withoutTimes(targets) as string[];
  assert.equal(first, `${one.origin}/: expiring (HTTP 200 in # ms, the certificate ends in 5 days)`);
  assert.match(second!, /: down \(the certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\), HTTP 200/);
});

test('the sample service is looked into and healed', async () => {
  const sample = createSampleService(`test ${process.pid}`);
  await using at = await operations([sample.service], { settings: { network: { allow: [sample.entry] } } });
  const run = await begin(at.world, 'Check the sample service');
  const question = await until(at.world, run, 'asked');
  assert.match(JSON.stringify(question.question.subject?.input), /sample\/api: HTTP 503/);
  await vote(at.world, question, 'approve');
  assert.equal(answerOf(await until(at.world, run, 'finished')).state, 'healthy');
  const second = await until(
    at.world,
    await begin(at.world, 'Check the sample service', undefined, 'again'),
    'finished',
  );
  assert.deepEqual([answerOf(second).state, answerOf(second).restarted], ['healthy', []]);
  await sample.close();
});
