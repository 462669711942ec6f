/** `plan`: what would be done, without doing it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { planOverList, withStep } from '../processes/brief-plans.ts';
import { testDatabase } from '../support/database.ts';
import { inForm } from '../support/mind.ts';
import { playProviders } from '../support/providers.ts';
import { baton } from './command.ts';

test('a plan is shown with what it was understood from, what it may ask and what speaks against it; nothing is run', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['plan', 'Refund order 1042, it arrived damaged']);
  assert.equal(code, 0, out);
  assert.match(out, /^Refund an order \(rules\)\n {2}order: "1042"\n/);
  assert.match(out, /\n {2}pay {2}Pay the money back {2}shop\.pay@1\n {6}Cannot be taken back; .*may ask finance/);
  assert.match(out, /undone by shop\.release@1/);
  assert.match(out, /\nProven: nothing speaks against it\.\n$/);
  const sql = postgres(database.url, { max: 1 });
  const [row] = await sql<{ runs: number; inbox: number }[]>`
    select (select count(*)::int from runs) as runs, (select count(*)::int from inbox) as inbox`;
  await sql.end();
  assert.deepEqual({ ...row }, { runs: 0, inbox: 0 });
});

test('what is missing is told, and what fits nothing has no plan', async () => {
  await using database = await testDatabase();
  const partly = await baton(database.url, ['plan', 'I want a refund']);
  assert.match(partly.out, /order: missing; the requester is asked/);
  const none = await baton(database.url, ['plan', 'paint the wall']);
  assert.equal(none.code, 1);
  assert.match(none.out, /^The task fits nothing that is set up here: Refund an order/);
});

test('words without quotes are one task, and what is no task is refused as `run` refuses it', async () => {
  await using database = await testDatabase();
  const { out } = await baton(database.url, ['plan', 'Refund', 'order', '1042']);
  assert.match(out, /order: "1042"/);
  for (const command of ['plan', 'run']) {
    const { code, err } = await baton(database.url, [command, ' ']);
    assert.equal(code, 2);
    assert.match(err, /This is no task: text is empty\./);
  }
});

test('with a key the models are asked: a plan that does not hold is shown with why, then the one that does, and the cost', async () => {
  await using database = await testDatabase();
  const cyclic = inForm(withStep(planOverList, 'sources', { after: ['post'] }));
  await using providers = await playProviders({
    thoughts: { plan: (_, nth) => (nth === 1 ? cyclic : inForm(planOverList)) },
  });
  const { openai } = providers;
  const env = { OPENAI_API_KEY: openai.apiKey, OPENAI_BASE_URL: openai.baseUrl };
  const { code, out, err } = await baton(database.url, ['plan', 'How do people make green tea? Sum it up'], { env });
  assert.equal(code, 0, out + err);
  assert.match(out, /intake: openai gpt-6-luna, .* tokens, .*USD/);
  assert.match(out, /Write a brief \(openai\/gpt-6-luna\)/);
  assert.match(out, /openai\/gpt-6\.1-sol proposed a plan that does not hold:\n {2}cycle at /);
  assert.match(out, /7 steps\n/);
  assert.match(out, /Proven: nothing speaks against it\.\n$/);
  assert.equal(openai.requests.length, 3);
});

test('a model that gives the same plan twice is not asked a third time, as in a run', async () => {
  await using database = await testDatabase();
  const cyclic = inForm(withStep(planOverList, 'sources', { after: ['post'] }));
  await using providers = await playProviders({ thoughts: { plan: () => cyclic } });
  const { openai } = providers;
  const env = { OPENAI_API_KEY: openai.apiKey, OPENAI_BASE_URL: openai.baseUrl };
  const { code, out } = await baton(database.url, ['plan', 'How do people make green tea? Sum it up'], { env });
  assert.equal(code, 1);
  assert.equal(out.match(/proposed a plan that does not hold/g)?.length, 2);
  assert.match(out, /\nNo plan is proven: a run would ask a person for one\.\n$/);
});

test('without a key a task that only a model can plan says what is missing', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['plan', 'Research brief on brewing green tea']);
  assert.equal(code, 1);
  assert.match(out, /Write a brief has no plan of its own: a model makes one\. The doctor says how to set one up\./);
});
