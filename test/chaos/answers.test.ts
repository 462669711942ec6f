import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { defineAgent } from '../../src/contracts/agent.ts';
import type { ErrorCode } from '../../src/contracts/error.ts';
import { defineRoute } from '../../src/contracts/route.ts';
import { testDatabase } from '../support/database.ts';
import { createShop, createWorld, operator } from '../support/world.ts';
import { few } from './stage.ts';

const megabyte = Buffer.alloc(1_000_000, 'x');

interface Answer {
  code: ErrorCode;
  /** Behind an URL. */
  web?: (response: ServerResponse) => unknown;
  /** As a function. */
  run?: () => unknown;
}

const answers: Record<string, Answer> = {
  wrong: { code: 'contract_violation', web: (r) => r.end('{"total":"much"}'), run: () => ({ total: 'much' }) },
  huge: { code: 'output_too_large', web: flood, run: () => ({ total: 1, more: 'x'.repeat(50_000_000) }) },
  never: { code: 'timed_out', web: () => {}, run: () => new Promise(() => {}) },
  twice: { code: 'output_malformed', web: (r) => r.end('{"total":1}{"total":2}') },
  garbage: { code: 'output_malformed', web: (r) => r.end(megabyte.subarray(0, 9_000)), run: () => new Map([[1, 2n]]) },
  crash: {
    code: 'agent_failed',
    run: () => {
      throw new Error('no');
    },
  },
  cut: { code: 'agent_unavailable', web: (r) => r.write('{"to', () => r.destroy()) },
};

/** Fifty megabytes, as fast as they are taken. */
async function flood(response: ServerResponse): Promise<void> {
  response.on('error', () => {});
  response.write('{"total":1,"more":"');
  for (let i = 0; i < 50 && !response.destroyed; i += 1) {
    if (!response.write(megabyte))
      await Promise.race([once(response, 'drain'), once(response, 'close')]).catch(() => {});
  }
  response.end('"}');
}

async function listen() {
  const server = createServer((request, response) => {
    response.on('error', () => {});
    request.resume().once('end', () => {
      response.setHeader('content-type', 'application/json');
      answers[request.url!.slice(1)]!.web!(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One route a way to answer: `web huge`, `run huge`. */
function routesTo(port: number) {
  return Object.entries(answers).flatMap(([kind, { web, run }]) => {
    const ways = [
      ...(web ? [['web', { webhook: { url: `http://127.0.0.1:${port}/${kind}` } }] as const] : []),
      ...(run ? [['run', { run: run as () => never }] as const] : []),
    ];
    return ways.map(([way, transport]) => {
      const agent = defineAgent({
        name: `liar.${way}.${kind}`,
        title: 'Answer somehow',
        input: z.strictObject({ order: z.string() }),
        output: z.strictObject({ total: z.number() }),
        effect: 'read',
        timeoutMs: kind === 'never' ? 300 : 20_000,
        retry: { attempts: 1 },
        ...transport,
      });
      return defineRoute({
        name: `${way}-${kind}`,
        title: `Answer ${way} ${kind}`,
        description: 'Answers somehow.',
        fields: z.strictObject({ order: z.string() }),
        patterns: [new RegExp(`^${way} ${kind} (?<order>\\d+)`)],
        plan: (p) =>
          p
            .step('ask', agent, ({ task }) => ({ order: task.order }))
            .answer(({ steps }) => ({ total: steps.ask.total })),
        questions: { deciders: { roles: ['finance'] } },
        failures: 'stop',
      });
    });
  });
}

const collect = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

function residentMegabytes(): number {
  for (let i = 0; i < 3; i += 1) collect();
  return process.memoryUsage.rss() / 1_000_000;
}

test('each bad answer is an explicit error at its step, and a hundred of them leave no memory behind', async () => {
  await using database = await testDatabase();
  await using server = await listen();
  await using closing = new AsyncDisposableStack();
  const routes = routesTo(server.port);
  const world = createWorld(database.url, createShop(), {
    configuration: { routes, people: { operator: { roles: ['finance'] } } },
  });
  await world.start();
  closing.defer(() => world.stop());
  const ask = async (route: (typeof routes)[number], round: number) => {
    const [way, kind] = route.name.split('-') as [string, string];
    const key = `${way} ${kind} ${round}`;
    const task = { text: key, requester: operator, conversation: null };
    const run = await world.desk.submit({ source: 'test', key, task });
    const events = [];
    for await (const entry of world.desk.follow(run)) events.push(...entry.events);
    const ended = events.find((event) => event.type === 'attempt_ended');
    assert.equal(ended?.end, 'unknown', key);
    assert.equal(ended?.error?.code, answers[kind]!.code, key);
    const failed = events.find((event) => event.type === 'step_failed');
    assert.deepEqual([failed?.ref, failed?.error.code], ['ask', answers[kind]!.code], key);
    const finished = events.find((event) => event.type === 'finished');
    assert.deepEqual([finished?.status, finished?.reason?.code], ['failed', answers[kind]!.code], key);
  };
  const rounds = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => from + i).flatMap((round) => routes.map((route) => ({ route, round })));
  await few(rounds(0, 2), 4, ({ route, round }) => ask(route, round));
  const before = residentMegabytes();
  const hundred = rounds(2, 12);
  assert.ok(hundred.length >= 100);
  await few(hundred, 4, ({ route, round }) => ask(route, round));
  const grown = residentMegabytes() - before;
  assert.ok(grown < 64, `the process grew by ${Math.round(grown)} MB`);
});
