import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  approval,
  type Baton,
  BatonError,
  type BatonOptions,
  type Configuration,
  createBaton,
  createMemoryChannel,
  defineAgent,
  defineRoute,
  gt,
} from 'baton';
import { z } from 'zod';
import { testDatabase } from './support/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-embed-'));
after(() => rmSync(folder, { recursive: true }));

/** Gifts, which above 100 need anna; each is in `given` once. */
function gifts() {
  const given: { to: string; amount: number; key: string }[] = [];
  const give = defineAgent({
    name: 'gift.give',
    title: 'Give',
    effect: 'irreversible',
    idempotent: true,
    input: z.strictObject({ to: z.string(), amount: z.number() }),
    output: z.strictObject({ thanks: z.string() }),
    run: ({ to, amount }, { key }) => {
      given.push({ to, amount, key });
      return { thanks: `${to} says thank you${to === 'Verbose' ? '!'.repeat(20_000) : ''}` };
    },
  });
  const route = defineRoute({
    name: 'gift',
    title: 'A gift',
    description: 'Gives money to somebody.',
    fields: z.strictObject({ to: z.string(), amount: z.number() }),
    patterns: [/^give (?<to>\w+) (?<amount>\d+)/i],
    plan: (p) =>
      p
        .step('give', give, ({ task }) => ({ to: task.to, amount: task.amount }))
        .answer(({ steps }) => ({ said: steps.give.thanks })),
    questions: { deciders: { people: ['anna'] } },
    approvals: [approval(give, ({ input }) => ({ when: gt(input.amount, 100), deciders: { people: ['anna'] } }))],
  });
  const configuration: Configuration = { routes: [route], people: { anna: {}, ben: {} } };
  return { given, give, configuration };
}

async function embedded(configuration: Configuration, more: Partial<BatonOptions> = {}) {
  const database = await testDatabase();
  const baton = await createBaton({ databaseUrl: database.url, ...more, configuration } as BatonOptions);
  return {
    baton,
    url: database.url,
    [Symbol.asyncDispose]: async () => {
      await baton.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function asked(baton: Baton, run: string): Promise<string> {
  for await (const { event } of baton.events(run)) if (event.type === 'asked') return event.question.code;
  throw new Error('nothing was asked');
}

const refusal = async (act: Promise<unknown>): Promise<BatonError> => {
  const error = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof BatonError, String(error));
  return error;
};

test('a program begins a run, answers its question and reads what came of it', async () => {
  const { configuration, given } = gifts();
  await using world = await embedded(configuration);
  const { baton } = world;
  await baton.start();
  const run = await baton.submit('give Carla 500', { requester: 'ben', key: 'birthday' });
  assert.equal(await baton.submit('give Carla 500', { requester: 'ben', key: 'birthday' }), run);
  const code = await asked(baton, run);
  const [question] = await baton.questions(run);
  assert.deepEqual([question?.run, question?.code, question?.kind], [run, code, 'approve']);
  assert.deepEqual((await baton.decide(code, 'approve', { by: 'ben' })).result, 'not_allowed');
  const value = { to: 'Carla', amount: 300 };
  assert.deepEqual(await baton.decide(code, 'edit', { by: 'anna', value }), {
    result: 'decided',
    outcome: 'edit',
    run,
  });
  const result = await baton.result(run);
  assert.deepEqual([result.status, result.answer], ['completed', { said: 'Carla says thank you' }]);
  assert.deepEqual(
    given.map(({ to, amount }) => ({ to, amount })),
    [value],
  );
});

test('events come in order from the first to the last, and from a run that is over as well', async () => {
  const { configuration } = gifts();
  await using world = await embedded(configuration);
  await world.baton.start();
  const run = await world.baton.submit('give Dora 50', { requester: 'anna' });
  const read = async () => {
    const all = [];
    for await (const one of world.baton.events(run)) all.push(one);
    return all;
  };
  const live = await read();
  assert.deepEqual(await read(), live);
  assert.deepEqual([live[0]?.event.type, live.at(-1)?.event.type], ['received', 'finished']);
  assert.ok(live.every(({ seq, at }, i) => i === 0 || (seq >= live[i - 1]!.seq && at >= live[i - 1]!.at)));
});

test('what is handed in before anybody works is done once somebody does', async () => {
  const { configuration, given } = gifts();
  await using world = await embedded(configuration);
  const run = await world.baton.submit('give Emil 20', { requester: 'anna' });
  assert.deepEqual(given, []);
  await Promise.all([world.baton.start(), world.baton.start()]);
  assert.equal((await world.baton.result(run)).status, 'completed');
});

test('what is asked survives the process that asked, and is found among all open questions', async () => {
  const { configuration } = gifts();
  await using database = await testDatabase();
  const open = () => createBaton({ databaseUrl: database.url, configuration });
  const first = await open();
  await first.start();
  const runs = [];
  for (const name of ['Mia', 'Nils']) {
    const run = await first.submit(`give ${name} 500`, { requester: 'ben' });
    await asked(first, run);
    runs.push(run);
  }
  await first.stop();
  await using second = await open();
  await second.start();
  const questions = await second.questions();
  assert.deepEqual(
    questions.map(({ run }) => run),
    runs,
  );
  await second.decide(questions[1]!.code, 'reject', { by: 'anna' });
  assert.equal((await second.result(runs[1]!)).reason?.code, 'rejected');
  assert.deepEqual(
    (await second.questions()).map(({ run }) => run),
    [runs[0]],
  );
});

test('a large answer is read whole', async () => {
  const { configuration } = gifts();
  await using world = await embedded(configuration);
  await world.baton.start();
  const { answer } = await world.baton.result(await world.baton.submit('give Verbose 1', { requester: 'anna' }));
  assert.equal((answer as { said: string }).said.length, 'Verbose says thank you'.length + 20_000);
});

test('a run is cancelled by who asked for it', async () => {
  const { configuration, given } = gifts();
  await using world = await embedded(configuration);
  const { baton } = world;
  await baton.start();
  const run = await baton.submit('give Fritz 900', { requester: 'ben' });
  await asked(baton, run);
  assert.equal(await baton.cancel('00000000-0000-7000-8000-000000000000', 'ben'), 'unknown_run');
  assert.equal(await baton.cancel(run, 'stranger'), 'not_allowed');
  assert.equal(await baton.cancel(run, 'ben'), 'requested');
  const { status, reason } = await baton.result(run);
  assert.deepEqual([status, reason?.code], ['cancelled', 'cancelled']);
  assert.equal(await baton.cancel(run, 'ben'), 'already_over');
  assert.deepEqual(given, []);
});

test('a channel of the program shows what happens and takes answers', async () => {
  const { configuration } = gifts();
  const memory = createMemoryChannel();
  await using world = await embedded(configuration, { channels: [memory] });
  await world.baton.start();
  const run = await world.baton.submit('give Gerd 400', { requester: 'ben', conversation: 'memory:room' });
  const question = await memory.until((channel) => channel.in('memory:room').find(({ card }) => card.code !== null));
  await memory.press('anna', 'memory:room', question.message, 'approve');
  assert.equal((await world.baton.result(run)).status, 'completed');
});

test('stopping ends what waits, may be repeated, and everything after it is refused', async () => {
  const { configuration } = gifts();
  await using world = await embedded(configuration);
  const { baton } = world;
  await baton.start();
  const run = await baton.submit('give Hans 700', { requester: 'ben' });
  await asked(baton, run);
  const waiting = refusal(baton.result(run));
  const followed = Array.fromAsync(baton.events(run));
  const given = AbortSignal.timeout(1);
  assert.equal((await refusal(baton.result(run, { signal: given }))).code, 'aborted');
  await Promise.all([baton.stop(), baton.stop()]);
  assert.equal((await waiting).code, 'aborted');
  assert.ok((await followed).every(({ event }) => event.type !== 'finished'));
  for (const late of [baton.start(), baton.submit('give Hans 1', { requester: 'ben' }), baton.questions(run)]) {
    assert.equal((await refusal(late)).code, 'usage');
  }
});

test('what is wrong is thrown with its code, and nothing stays open', async () => {
  await using database = await testDatabase();
  const databaseUrl = database.url;
  const { configuration, give } = gifts();
  const twice = await refusal(
    createBaton({
      databaseUrl,
      configuration: { ...configuration, routes: [...configuration.routes, ...configuration.routes] },
    }),
  );
  assert.deepEqual([twice.code, twice.problems[0]?.code], ['config_invalid', 'route_declared_twice']);
  const nowhere = { databaseUrl: 'postgres://nobody@127.0.0.1:9/none', configuration };
  assert.equal((await refusal(createBaton(nowhere))).code, 'database_unreachable');
  const isolated = defineAgent({ ...give.definition, name: 'gift.alone', isolate: true } as typeof give.definition);
  const alone = await refusal(createBaton({ databaseUrl, configuration: { ...configuration, agents: [isolated] } }));
  assert.deepEqual(
    alone.problems.map(({ code }) => code),
    ['isolate_without_file'],
  );
  await using baton = await createBaton({ databaseUrl, configuration });
  for (const act of [
    baton.submit('give Ida 1', { requester: 'stranger' }),
    baton.submit('', { requester: 'anna' }),
    baton.result('00000000-0000-7000-8000-000000000000'),
  ]) {
    assert.equal((await refusal(act)).code, 'usage');
  }
});

test('a configuration file serves the program and the processes of its isolated agents', async () => {
  const configurationFile = join(folder, 'baton.config.ts');
  writeFileSync(
    configurationFile,
    `import { defineAgent, defineConfig, defineRoute } from 'baton';
     import { z } from 'zod';
     const whoami = defineAgent({
       name: 'who.am.i', title: 'Say the process', effect: 'read', isolate: true,
       input: z.strictObject({}), output: z.strictObject({ pid: z.number() }), run: () => ({ pid: process.pid }),
     });
     const route = defineRoute({
       name: 'who', title: 'Who', description: 'Says the process.', fields: z.strictObject({}), patterns: [/^who/],
       plan: (p) => p.step('who', whoami, () => ({})).answer(({ steps }) => ({ pid: steps.who.pid })),
       questions: { deciders: { people: ['anna'] } },
     });
     export default defineConfig(() => ({ routes: [route], people: { anna: {} } }));`,
  );
  await using database = await testDatabase();
  await using baton = await createBaton({ databaseUrl: database.url, configurationFile });
  await baton.start();
  const { answer } = await baton.result(await baton.submit('who are you', { requester: 'anna' }));
  assert.equal(typeof (answer as { pid: unknown }).pid, 'number');
  assert.notEqual((answer as { pid: number }).pid, process.pid);
});

test('without an address a Postgres of our own is started below the home, and stopped with the last user', async () => {
  const home = join(folder, 'home');
  const { configuration } = gifts();
  const baton = await createBaton({ home, configuration });
  await baton.start();
  assert.equal((await baton.result(await baton.submit('give Jan 5', { requester: 'anna' }))).status, 'completed');
  const again = await createBaton({ home, configuration });
  await baton.stop();
  const run = await again.submit('give Kai 5', { requester: 'anna' });
  await again.start();
  assert.equal((await again.result(run)).status, 'completed');
  await again.stop();
});

test('signals and endings of the process stay its own', async () => {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection'];
  const handlers = () => events.map((name) => process.listenerCount(name));
  const before = handlers();
  const { configuration } = gifts();
  await using world = await embedded(configuration);
  await world.baton.start();
  await world.baton.result(await world.baton.submit('give Lea 5', { requester: 'anna' }));
  assert.deepEqual(handlers(), before);
  await world.baton.stop();
  assert.deepEqual(handlers(), before);
});
