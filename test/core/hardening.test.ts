/** What a hard look at the engine found: each of these happened once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineAgent } from '../../src/contracts/agent.ts';
import { approval, defineRoute, type Route } from '../../src/contracts/route.ts';
import { closeQuestion } from '../../src/core/store/escalations.ts';
import { openSession } from '../../src/core/store/session.ts';
import { testDatabase } from '../support/database.ts';
import { begin, eventsOf, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { anna, boris, createShop, createWorld, operator } from '../support/world.ts';

const answer = z.strictObject({ ok: z.boolean() });
const input = z.strictObject({ order: z.string() });
const questions = { deciders: { people: ['operator'] } };

const routeOf = (name: string, plan: Parameters<typeof defineRoute<{ order: string }>>[0]['plan'], more = {}): Route =>
  defineRoute({
    name,
    title: name,
    description: name,
    fields: input,
    patterns: [new RegExp(`^${name} (?<order>\\d+)`)],
    plan,
    questions,
    ...more,
  });

test('an attempt whose end arrives in the middle of a look is not called again', async () => {
  const calls = { read: 0, pay: 0 };
  let gate = Promise.withResolvers<void>();
  const wait = async (name: 'read' | 'pay', turns: number) => {
    calls[name] += 1;
    await gate.promise;
    for (let i = 0; i < turns; i += 1) await null;
    return { ok: true };
  };
  let turns = 0;
  const read = defineAgent({
    name: 'a.read',
    title: 'Read',
    input,
    output: answer,
    effect: 'read',
    run: () => wait('read', 0),
  });
  const pay = defineAgent({
    name: 'a.pay',
    title: 'Pay',
    input,
    output: answer,
    effect: 'irreversible',
    run: () => wait('pay', turns),
  });
  const both = routeOf(
    'both',
    (p) =>
      p
        .step('read', read, ({ task }) => ({ order: task.order }))
        .step('pay', pay, ({ task }) => ({ order: task.order }))
        .answer(({ steps }) => steps.pay),
    { approvals: [approval(pay, () => ({ when: { ref: 'input.order', is: 'never' }, ...questions }))] },
  );
  await using at = await running({ configuration: createShop().configuration({ routes: [both] }) });
  for (turns = 0; turns < 6; turns += 1) {
    const run = await begin(at.world, `both ${turns}`);
    await until(at.world, run, 'attempt_started', { nth: 2 });
    gate.resolve();
    await until(at.world, run, 'finished');
    gate = Promise.withResolvers();
  }
  assert.deepEqual(calls, { read: 6, pay: 6 });
});

test('a payment that was made after the question is shown before another one', async () => {
  await using at = await running();
  const runs: string[] = [];
  const codes: string[] = [];
  // One after the other, so that the first has the order in hand and the others know of it.
  for (const key of ['one', 'two', 'three']) {
    const run = await begin(at.world, 'refund 1042 500', operator, key);
    runs.push(run);
    codes.push((await until(at.world, run, 'asked')).question.code);
  }
  await at.world.desk.vote(codes[0]!, { actor: anna, verb: 'reject' });
  await until(at.world, runs[0]!, 'finished');
  await at.world.desk.vote(codes[1]!, { actor: anna, verb: 'approve' });
  assert.equal((await until(at.world, runs[1]!, 'finished')).status, 'completed');
  await at.world.desk.vote(codes[2]!, { actor: boris, verb: 'approve' });
  const again = await until(at.world, runs[2]!, 'asked', { nth: 2 });
  assert.deepEqual(
    again.question.evidence.map(({ run, state }) => [run, state]),
    [[runs[1], 'done']],
  );
  assert.equal(at.shop.effects('pay').length, 1);
});

test('a free hand takes a due run although most hands are busy for long', async () => {
  const gate = Promise.withResolvers<void>();
  const slow = defineAgent({
    name: 'a.slow',
    title: 'Slow',
    input,
    output: answer,
    effect: 'read',
    run: async ({ order }) => {
      if (order !== '100') await gate.promise;
      return { ok: true };
    },
  });
  const route = routeOf('slow', (p) => p.step('slow', slow, ({ task }) => ({ order: task.order })).answer(() => ({})));
  await using database = await testDatabase();
  const configuration = createShop().configuration({ routes: [route] });
  const world = createWorld(database.url, createShop(), { concurrency: 8, configuration });
  // The first claim takes as many as there are hands, so the next one would rather wait for more room.
  const busy = [];
  for (let i = 0; i < 7; i += 1) busy.push(await begin(world, `slow ${i}`));
  const first = await begin(world, 'slow 100');
  await world.start();
  assert.equal((await until(world, first, 'finished')).status, 'completed');
  for (const run of busy) await until(world, run, 'attempt_started');
  assert.equal((await until(world, await begin(world, 'slow 100', operator, 'later'), 'finished')).status, 'completed');
  gate.resolve();
  await world.stop();
});

test('two steps that want one resource ask one after the other, and the process rests meanwhile', async () => {
  const pay = defineAgent({
    name: 'a.pay',
    title: 'Pay',
    input,
    output: answer,
    effect: 'irreversible',
    resource: 'order:{{input.order}}',
    run: () => ({ ok: true }),
  });
  const twice = routeOf('twice', (p) =>
    p
      .step('one', pay, ({ task }) => ({ order: task.order }))
      .step('two', pay, ({ task }) => ({ order: task.order }))
      .answer(({ steps }) => steps.two),
  );
  await using at = await running({ configuration: createShop().configuration({ routes: [twice] }) });
  const run = await begin(at.world, 'twice 1');
  for (const nth of [1, 2]) {
    const { question } = await until(at.world, run, 'asked', { nth });
    assert.equal(question.step, nth === 1 ? 'one' : 'two');
    await at.world.desk.vote(question.code, { actor: operator, verb: 'approve' });
  }
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
});

test('only the clock of the database expires a question', async () => {
  const route = routeOf('ask', (p) => p.step('pay', pay, ({ task }) => ({ order: task.order })).answer(() => ({})), {
    approvals: [approval(pay, () => ({ ...questions, expireAfterMs: 86_400_000 }))],
  });
  await using at = await running({ configuration: createShop().configuration({ routes: [route] }) });
  const run = await begin(at.world, 'ask 1');
  const { question } = await until(at.world, run, 'asked');
  assert.equal(await closeQuestion(at.world.db, run, question.id, 'expired'), false);
  assert.equal((await at.world.desk.questions(run)).length, 1);
});

test('a worker that was alone looks out for others as soon as one has come', async () => {
  await using at = await running();
  const heard = Promise.withResolvers<string>();
  const listener = await openSession(at.world.db.directUrl, ({ kind }) => kind === 'worker' && heard.resolve(kind));
  const other = await openSession(at.world.db.directUrl, () => {});
  assert.equal(await heard.promise, 'worker');
  await other.close();
  await listener.close();
});

test('a run whose effect happened twice after a wrong word of a person says so in its report', async () => {
  await using at = await running();
  const late = Promise.withResolvers<void>();
  let calls = 0;
  at.shop.behave.set('wire', async () => {
    calls += 1;
    if (calls === 1) throw new Error('the line went dead');
    await late.promise;
    return { wire: 'second' };
  });
  const run = await begin(at.world, 'wire 1 50');
  const { question } = await until(at.world, run, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'retry' });
  await until(at.world, run, 'attempt_started', { nth: 2 });
  await at.world.db.transaction('signal', async (sql) => {
    const { lockRun, raiseSignal } = await import('../../src/core/store/signals.ts');
    await lockRun(sql, run);
    const first = { ref: 'wire', revision: 0, attempt: 1, undo: false, end: 'done' } as const;
    await raiseSignal(sql, run, { kind: 'late_result', ...first, output: { inline: { wire: 'first' } } });
  });
  await until(at.world, run, 'late_result');
  late.resolve();
  const finished = await until(at.world, run, 'finished');
  assert.deepEqual(finished.report?.needsPerson, ['wire']);
  const types = (await eventsOf(at.world, run)).map(({ type }) => type);
  assert.equal(types.at(-1), 'finished');
});

const pay = defineAgent({
  name: 'b.pay',
  title: 'Pay',
  input,
  output: answer,
  effect: 'irreversible',
  run: () => ({ ok: true }),
});
