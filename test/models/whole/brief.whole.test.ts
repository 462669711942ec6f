/** Free text to a posted brief, with every model played over HTTP: what is planned, proven, asked, posted and paid. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../src/contracts/json.ts';
import type { Plan } from '../../../src/contracts/plan.ts';
import { planOverList, withStep } from '../../processes/brief-plans.ts';
import { inForm } from '../../support/mind.ts';
import { callsIn, house, typesOf } from './house.ts';

for (const [language, text] of [
  ['en', 'Could you look into how people make green tea and sum it up for me?'],
  ['ru', 'Разберись, пожалуйста, как заваривают зелёный чай, и напиши коротко'],
] as const) {
  test(`free text (${language}) is understood, planned, proven, approved and posted, and its cost is told`, async () => {
    await using at = await house();
    const run = await at.begin(text);
    const { question } = await at.asked(run);
    assert.equal(question.kind, 'approve');
    assert.equal(question.subject?.agent, 'brief.post@1');
    assert.equal((await at.store.read('B-1'))?.number, undefined, 'nothing is posted before its approval');
    await at.decide(question.code, 'approve');
    assert.equal((await at.ended(run)).status, 'completed');
    const events = await at.events(run);
    const understood = events.find((event) => event.type === 'understood');
    assert.deepEqual([understood?.language, understood?.provider], [language, 'openai/gpt-6-luna']);
    const calls = callsIn(events);
    assert.deepEqual(
      calls.map(({ purpose, tier }) => `${purpose} ${tier}`),
      [
        'intake light',
        'plan strong',
        ...Array.from({ length: 3 }, () => 'agent light'),
        'agent mid',
        'agent mid',
        'closing mid',
      ],
    );
    assert.ok(calls.every(({ cost, usage, requestId, error }) => cost && usage && requestId && error === null));
    const [{ micros }] = (await at.world.db.sql`
      select sum(micros)::int as micros from ledger where run_id = ${run} and state = 'settled'`) as [
      { micros: number },
    ];
    assert.equal(
      micros,
      calls.reduce((sum, { cost }) => sum + cost!.micros, 0),
      'the ledger and the journal agree',
    );
    assert.equal(at.server.refused.length, 0, 'nothing was asked that OpenAI would refuse');
    const told = await at.world.db.sql`select body #>> '{}' as text from definitions where kind = 'prompt'`;
    assert.ok(told.length >= 7, 'what models were told is kept');
  });
}

const refusedPlans: [name: string, plan: Plan, code: string][] = [
  ['an ill-typed edge', withStep(planOverList, 'check', { input: { pages: [], found: [] } } as never), 'type_mismatch'],
  ['a cycle', withStep(planOverList, 'sources', { after: ['post'] }), 'cycle'],
];

for (const [name, plan] of refusedPlans) {
  test(`${name} is turned down with its findings, goes back once, and the repaired plan runs`, async () => {
    const thoughts = {
      plan: (_: unknown, nth: number) => inForm(nth === 1 ? plan : planOverList),
    };
    await using at = await house({ thoughts });
    const run = await at.begin('Please sum up how green tea is made');
    const { question } = await at.asked(run);
    const events = await at.events(run);
    const refused = events.find((event) => event.type === 'plan_refused');
    assert.ok(refused && refused.findings.length > 0, JSON.stringify(refused));
    assert.equal(at.mind.count('plan'), 2);
    const second = at.server.requests.filter(({ body }) => (body.text!.format as { name: string }).name === 'plan')[1]!;
    assert.match(String(second.body.input), new RegExp(refused.findings[0]!.code));
    await at.decide(question.code, 'approve');
    assert.equal((await at.ended(run)).status, 'completed');
  });
}

test('the same plan twice goes to a person, who sees what speaks against it and writes another one', async () => {
  const plan = withStep(planOverList, 'sources', { after: ['post'] });
  await using at = await house({ thoughts: { plan: inForm(plan) } });
  const run = await at.begin('Please sum up how green tea is made');
  const { question } = await at.asked(run);
  assert.equal(question.kind, 'plan');
  assert.equal(at.mind.count('plan'), 2);
  assert.deepEqual(
    question.findings?.map(({ code }) => code),
    ['cycle'],
  );
  assert.equal(question.briefing?.proposal, 'Use the listed agents only.');
  await at.decide(question.code, 'edit', planOverList as unknown as Json);
  const approval = await at.asked(run, 2);
  assert.equal(approval.question.kind, 'approve');
  const planned = (await at.events(run)).find((event) => event.type === 'planned');
  assert.equal(planned?.provider, 'person operator');
  await at.decide(approval.question.code, 'reject');
  assert.equal((await at.ended(run)).status, 'failed');
});

test('a task that a pattern recognises with all that it needs asks no model to understand or to plan it', async () => {
  await using at = await house();
  const run = await at.begin('refund 1042 50');
  assert.equal((await at.ended(run)).status, 'completed');
  const events = await at.events(run);
  assert.deepEqual(
    callsIn(events).map(({ purpose }) => purpose),
    ['closing'],
  );
  assert.equal(typesOf(events).filter((type) => type === 'planned').length, 1);
});
