import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Provider } from '../../src/contracts/model.ts';
import { takeIn } from '../../src/core/intake.ts';
import { makePlan } from '../../src/core/planner.ts';
import { createRegistry } from '../../src/core/registry.ts';
import { createShop } from '../support/shop.ts';
import { thinkingFor } from '../support/thinking.ts';
import { begun, tell } from './cards/story.ts';

const registry = createRegistry(createShop().configuration());
const state = tell(...begun());

/** A provider that never answers and ignores the signal; `asked` resolves when it was called. */
function deaf() {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const never = () => {
    resolve();
    return new Promise<never>(() => {});
  };
  return { asked, provider: { name: 'deaf', local: false, understand: never, plan: never } satisfies Provider };
}

test('a provider that does not listen to the signal holds a task no longer than the signal allows', async () => {
  const { asked, provider } = deaf();
  const controller = new AbortController();
  const event = takeIn(state, provider, registry, thinkingFor(controller.signal));
  await asked;
  controller.abort();
  assert.equal((await event).type, 'intake_failed');
});

test('nor does it hold a plan', async () => {
  const { asked, provider } = deaf();
  const controller = new AbortController();
  const { data } = registry.routes.get('refund')!;
  const event = makePlan(
    { state, route: { ...data, plan: null }, provider, registry, content: () => null },
    thinkingFor(controller.signal),
  );
  await asked;
  controller.abort();
  const { type, ...rest } = await event;
  assert.equal(type, 'plan_failed');
  assert.match(JSON.stringify(rest), /timed_out/);
});

test('a signal that has fired already ends the wait at once', async () => {
  const event = await takeIn(state, deaf().provider, registry, thinkingFor(AbortSignal.abort()));
  assert.equal(event.type, 'intake_failed');
});
