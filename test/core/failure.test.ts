import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { createMemoryChannel } from '../../src/channels/memory.ts';
import { defineAgent, Refusal } from '../../src/contracts/agent.ts';
import type { Verb } from '../../src/contracts/escalation.ts';
import type { Json } from '../../src/contracts/json.ts';
import { defineRoute, type RouteDefinition } from '../../src/contracts/route.ts';
import { begin, eventsOf, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { anna, createShop } from '../support/world.ts';

const retry = { attempts: 2, firstDelayMs: 1, factor: 1, maxDelayMs: 1 };
const terms = { deciders: { people: ['anna'] } };

interface Office {
  /** What a probe of this place does, each time; by default it answers. */
  probe(place: string, time: number): number;
  more?: Partial<RouteDefinition<{ places: string }>>;
  optional?: boolean;
}

/** Reserves a van, probes places of a list, and writes down what came of it. */
async function office({ probe, more = {}, optional = true }: Office) {
  const times = new Map<string, number>();
  const undone: string[] = [];
  const release = defineAgent({
    name: 'van.release',
    title: 'Give the van back',
    input: z.strictObject({ van: z.string() }),
    output: z.strictObject({}),
    effect: 'reversible',
    idempotent: true,
    run: ({ van }) => {
      undone.push(van);
      return {};
    },
  });
  const reserve = defineAgent({
    name: 'van.reserve',
    title: 'Reserve a van',
    input: z.strictObject({}),
    output: z.strictObject({ van: z.string() }),
    effect: 'compensable',
    idempotent: true,
    undo: { agent: release, input: ({ output }) => ({ van: output.van }) },
    run: () => ({ van: 'v1' }),
  });
  const visit = defineAgent({
    name: 'van.visit',
    title: 'Visit a place',
    input: z.strictObject({ place: z.string(), van: z.string() }),
    output: z.strictObject({ found: z.number() }),
    effect: 'read',
    retry,
    run: ({ place }) => {
      const time = (times.get(place) ?? 0) + 1;
      times.set(place, time);
      return { found: probe(place, time) };
    },
  });
  const split = defineAgent({
    name: 'office.split',
    title: 'Read the list',
    input: z.strictObject({ places: z.string() }),
    output: z.strictObject({ places: z.array(z.string()) }),
    effect: 'read',
    run: ({ places }) => ({ places: places.split(',') }),
  });
  const sum = defineAgent({
    name: 'office.sum',
    title: 'Add up',
    input: z.strictObject({ visits: z.array(z.strictObject({ found: z.number() })) }),
    output: z.strictObject({ total: z.number() }),
    effect: 'read',
    run: ({ visits }) => ({ total: visits.reduce((all, { found }) => all + found, 0) }),
  });
  const route = defineRoute({
    name: 'visit',
    title: 'Visit places',
    description: 'Visits places.',
    fields: z.strictObject({ places: z.string() }),
    patterns: [/^visit (?<places>.+)/],
    plan: (p) =>
      p
        .step('reserve', reserve, () => ({}))
        .step('split', split, ({ task }) => ({ places: task.places }))
        .each(
          'visit',
          visit,
          ({ steps }) => steps.split.places,
          ({ item, steps }) => ({ place: item, van: steps.reserve.van }),
          () => ({ optional, concurrency: 2, max: 3 }),
        )
        .step('sum', sum, ({ steps }) => ({ visits: steps.visit }))
        .answer(({ steps }) => ({ total: steps.sum.total })),
    questions: terms,
    ...more,
  });
  const channel = createMemoryChannel();
  const at = await running({ configuration: createShop().configuration({ routes: [route] }), channels: [channel] });
  return {
    ...at,
    channel,
    undone,
    times,
    visit: (...places: string[]) => begin(at.world, `visit ${places.join()}`),
    say: async (run: string, verb: Verb, { value, nth = 1 }: { value?: Json; nth?: number } = {}) => {
      const { question } = await until(at.world, run, 'asked', { nth });
      return { question, answer: await at.world.desk.vote(question.code, { actor: anna, verb, value }) };
    },
    end: (run: string) => until(at.world, run, 'finished'),
  };
}

const broken = (place: string): number => {
  if (place === 'b') throw new Error('no way');
  return 1;
};

test('a step that no repeat cleared up is a question with what failed, and with what it was called', async () => {
  await using at = await office({ probe: broken });
  const run = await at.visit('a', 'b', 'c');
  const { question, answer } = await at.say(run, 'stop');
  assert.equal(answer.result, 'decided');
  assert.equal(question.kind, 'failure');
  assert.equal(question.step, 'visit[1]');
  assert.equal(question.error?.code, 'agent_failed');
  assert.deepEqual(question.subject?.input, { place: 'b', van: 'v1' });
  assert.deepEqual(question.policy.verbs, ['retry', 'skip', 'give', 'stop']);
  assert.equal(at.times.get('b'), 2);
});

test('tried again, it has all its attempts again, and the run goes on', async () => {
  await using at = await office({ probe: (place, time) => (time < 4 ? broken(place) : 5) });
  const run = await at.visit('a', 'b');
  await at.say(run, 'retry');
  assert.deepEqual((await at.end(run)).answer, { inline: { total: 6 } });
  assert.equal(at.times.get('b'), 4);
});

test('skipped, it is left out of its list, and the others go on', async () => {
  await using at = await office({ probe: broken });
  const run = await at.visit('a', 'b', 'c');
  await at.say(run, 'skip');
  const end = await at.end(run);
  assert.equal(end.status, 'completed');
  assert.deepEqual(end.answer, { inline: { total: 2 } });
});

test('it can be skipped only where the plan says so', async () => {
  await using at = await office({ probe: broken, optional: false });
  const run = await at.visit('b');
  const { answer } = await at.say(run, 'skip');
  assert.equal(answer.result, 'not_allowed');
});

test('what a person gives has to fit, stands for the output, and is recorded as theirs', async () => {
  await using at = await office({ probe: broken });
  const run = await at.visit('a', 'b');
  const { answer } = await at.say(run, 'give', { value: { found: 'many' } });
  assert.equal(answer.result, 'invalid_value');
  assert.equal((await at.say(run, 'give', { value: { found: 40 } })).answer.result, 'decided');
  assert.deepEqual((await at.end(run)).answer, { inline: { total: 41 } });
  const decision = (await eventsOf(at.world, run)).find(({ type }) => type === 'decided');
  assert.deepEqual(decision?.type === 'decided' && decision.decision.by, anna);
});

test('stopped, the run fails with what went wrong and takes back what it did', async () => {
  await using at = await office({ probe: broken });
  const run = await at.visit('b');
  await at.say(run, 'stop');
  const end = await at.end(run);
  assert.deepEqual([end.status, end.reason?.code, end.report?.undone], ['failed', 'agent_failed', ['reserve']]);
  assert.deepEqual(at.undone, ['v1']);
});

test('nobody answers in time: the run fails with what went wrong', async () => {
  await using at = await office({ probe: broken, more: { failures: { ...terms, expireAfterMs: 30 } } });
  const run = await at.visit('b');
  const end = await at.end(run);
  assert.deepEqual([end.status, end.reason?.code], ['failed', 'agent_failed']);
});

test('a list that is too long is a question as well, and what is given stands for the whole list', async () => {
  await using at = await office({ probe: broken });
  const run = await at.visit('a', 'b', 'c', 'd');
  const { question } = await at.say(run, 'give', { value: [{ found: 3 }, { found: 4 }] });
  assert.equal(question.step, 'visit');
  assert.deepEqual((await at.end(run)).answer, { inline: { total: 7 } });
});

test('an agent that refuses is an answer: nobody is asked', async () => {
  await using at = await office({
    probe: () => {
      throw new Refusal('closed on Sundays');
    },
  });
  const end = await at.end(await at.visit('b'));
  assert.deepEqual([end.reason?.code, end.reason?.said], ['agent_refused', 'closed on Sundays']);
});

test('a route can have its failures end the run without a question', async () => {
  await using at = await office({ probe: broken, more: { failures: 'stop' } });
  const run = await at.visit('b');
  assert.equal((await at.end(run)).status, 'failed');
  assert.ok(!(await eventsOf(at.world, run)).some(({ type }) => type === 'asked'));
});

test('a cancel withdraws the question and takes back what was done', async () => {
  await using at = await office({ probe: broken });
  const run = await at.visit('b');
  const { question } = await until(at.world, run, 'asked');
  await at.world.desk.cancel(run, { person: 'operator', via: 'terminal' });
  assert.equal((await at.end(run)).status, 'cancelled');
  assert.deepEqual(at.undone, ['v1']);
  const late = await at.world.desk.vote(question.code, { actor: anna, verb: 'retry' });
  assert.notEqual(late.result, 'decided');
});

test('a run ends at its deadline although a person was asked, and takes back what it did', async () => {
  await using at = await office({ probe: broken, more: { deadlineMs: 2_000 } });
  const run = await at.visit('b');
  const end = await at.end(run);
  assert.deepEqual([end.status, end.reason?.code], ['failed', 'deadline_exceeded']);
  assert.deepEqual(at.undone, ['v1']);
});
