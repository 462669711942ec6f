import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineAgent } from '../../../src/contracts/agent.ts';
import { defineRoute } from '../../../src/contracts/route.ts';
import { accounts, assertClean, office, reading, withButton } from './office.ts';

const booked: unknown[] = [];
const book = defineAgent({
  name: 'desk.book',
  title: 'Book a room',
  input: z.strictObject({ room: z.string(), people: z.number(), note: z.string() }),
  output: z.strictObject({ done: z.boolean() }),
  effect: 'reversible',
  idempotent: true,
  run: async (input) => {
    booked.push(input);
    return { done: true };
  },
});
const booking = defineRoute({
  name: 'booking',
  title: 'Book a room',
  description: 'Books a room for some people.',
  fields: z.strictObject({ room: z.string(), people: z.number(), note: z.string() }),
  patterns: [/^book (?<room>\w+)?/i],
  plan: (p) =>
    p
      .step('book', book, ({ task }) => ({ room: task.room, people: task.people, note: task.note }))
      .answer(({ steps }) => ({ done: steps.book.done })),
  questions: { deciders: { roles: ['finance'] } },
  failures: 'stop',
});

test('several missing fields are given one after the other in the thread', async () => {
  await using home = await office({
    configure: (shop) => ({ routes: [...shop.routes, booking], people: accounts }),
  });
  const { slack } = home;
  const said = await slack.direct({ user: 'anna', text: 'book blue' });
  const thread = () => slack.messages('anna', said.ts);
  await slack.until(() => withButton(thread(), 'Answer'));
  const prompts = () => thread().filter(({ seen }) => /people \(2 of 2\)/.test(seen));
  await slack.direct({ user: 'anna', text: 'with a window', thread: said.ts });
  await slack.until(() => prompts().length === 1);
  await slack.direct({ user: 'anna', text: 'many', thread: said.ts });
  await slack.until(() => prompts().length === 2);
  await slack.direct({ user: 'anna', text: '12', thread: said.ts });
  await slack.until(() => reading(thread(), /Completed/));
  assert.deepEqual(booked, [{ room: 'blue', people: 12, note: 'with a window' }]);
  assertClean(slack);
});
