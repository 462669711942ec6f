import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { createMemoryChannel } from '../../src/channels/memory.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import { gt } from '../../src/contracts/plan-builder.ts';
import { defineRoute } from '../../src/contracts/route.ts';
import { begin, eventsOf, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { anna, createShop } from '../support/world.ts';

const room = 'memory:room';

/** Weighs a parcel, and calls for help with a heavy one: two steps, of which light parcels need one. */
function weighing() {
  const weigh = defineAgent({
    name: 'scale.weigh',
    title: 'Weigh',
    input: z.strictObject({ parcel: z.number() }),
    output: z.strictObject({ kilos: z.number() }),
    effect: 'read',
    run: ({ parcel }) => ({ kilos: parcel }),
  });
  const lift = defineAgent({
    name: 'crane.lift',
    title: 'Lift',
    input: z.strictObject({ kilos: z.number() }),
    output: z.strictObject({}),
    effect: 'read',
    run: () => ({}),
  });
  return defineRoute({
    name: 'weigh',
    title: 'Weigh a parcel',
    description: 'Weighs a parcel.',
    fields: z.strictObject({ parcel: z.number() }),
    patterns: [/^weigh (?<parcel>\d+)/],
    plan: (p) =>
      p
        .step('weigh', weigh, ({ task }) => ({ parcel: task.parcel }))
        .step(
          'lift',
          lift,
          ({ steps }) => ({ kilos: steps.weigh.kilos }),
          ({ steps }) => ({ when: gt(steps.weigh.kilos, 20) }),
        )
        .answer(({ steps }) => ({ kilos: steps.weigh.kilos })),
    questions: { deciders: { people: ['anna'] } },
  });
}

test('a route is told by what its completed runs have needed: one call, more, or a person', async () => {
  const shop = createShop();
  const configuration = shop.configuration({ routes: [...shop.routes, weighing()] });
  await using at = await running({ configuration });
  const asked = await begin(at.world, 'refund 9 500');
  const texts = ['look 1 5', 'look 2 5', 'refund 3 5', 'weigh 1', 'weigh 2'];
  const runs = await Promise.all(texts.map((text) => begin(at.world, text)));
  const { question } = await until(at.world, asked, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'approve' });
  for (const run of [...runs, asked]) await until(at.world, run, 'finished');
  assert.deepEqual(
    [...(await at.world.desk.routeUse(100))],
    [
      { route: 'look', runs: 2, short: 2, needed: 0 },
      { route: 'refund', runs: 2, short: 0, needed: 2 },
      { route: 'weigh', runs: 2, short: 0, needed: 0 },
    ],
  );
});

test('what one agent closes in one pass is planned as the short way, and told by its summary alone', async () => {
  const channel = createMemoryChannel();
  await using at = await running({ channels: [channel] });
  const { run } = await channel.say('operator', room, 'look 1 5');
  await channel.until(() => channel.in(room).some(({ card }) => card.kind === 'summary'));
  assert.deepEqual(
    channel.in(room).map(({ card }) => card.kind),
    ['summary'],
  );
  const planned = (await eventsOf(at.world, run!)).find((event) => event.type === 'planned');
  assert.equal(planned?.short, true);
});

test('the short way shows its progress once it takes more than one pass', async () => {
  const channel = createMemoryChannel();
  const shop = createShop();
  shop.behave.set('lookup', (_, { attempt }) => {
    if (attempt === 1) throw new Error('once');
    return { order: '1', total: 5 };
  });
  await using _ = await running({ channels: [channel], shop });
  await channel.say('operator', room, 'look 1 5');
  const kinds = () => channel.in(room).map(({ card }) => card.kind);
  await channel.until(() => kinds().length === 2);
  assert.deepEqual(kinds().sort(), ['progress', 'summary']);
});
