import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type AgentDefinition, defineAgent } from '../../src/contracts/agent.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import { BatonError, type Problem } from '../../src/contracts/error.ts';
import type { Json } from '../../src/contracts/json.ts';
import { gt } from '../../src/contracts/plan-builder.ts';
import { approval, defineRoute, type RouteDefinition } from '../../src/contracts/route.ts';
import { digest } from '../../src/core/digest.ts';
import { createRegistry, resolveDeciders } from '../../src/core/registry.ts';

const payInput = z.strictObject({
  order: z.string(),
  amount: z.number(),
  card: z.strictObject({ number: z.string() }),
  note: z.string().optional(),
});
const payOutput = z.strictObject({ id: z.string(), parts: z.array(z.strictObject({ token: z.string() })) });
type PayInput = z.infer<typeof payInput>;
type PayOutput = z.infer<typeof payOutput>;

const backDefinition = {
  name: 'shop.back',
  title: 'Give back',
  input: z.strictObject({ id: z.string() }),
  output: z.strictObject({}),
  effect: 'reversible' as const,
  idempotent: true,
  run: () => ({}),
};
const back = defineAgent(backDefinition);

const payDefinition: AgentDefinition<PayInput, PayOutput> = {
  name: 'shop.pay',
  title: 'Pay',
  input: payInput,
  output: payOutput,
  effect: 'compensable',
  resource: 'order:{{input.order}}',
  redact: ['input.card.number', 'output.parts.*.token'],
  undo: { agent: back, input: ({ output }) => ({ id: output.id }) },
  run: () => ({ id: 'p', parts: [] }),
};
const pay = defineAgent(payDefinition);

type Fields = { order: string; amount: number };
const refund = (more: Partial<RouteDefinition<Fields>> = {}, agent = pay) =>
  defineRoute({
    name: 'refund',
    title: 'Refund',
    description: 'Refunds an order.',
    fields: z.strictObject({ order: z.string(), amount: z.number() }),
    patterns: [/refund (?<order>\S+) of (?<amount>\d+)/],
    ask: { order: 'Which order?' },
    plan: (p) =>
      p
        .step('pay', agent, ({ task }) => ({ order: task.order, amount: task.amount, card: { number: '1' } }))
        .answer(({ steps }) => steps.pay.id),
    questions: { deciders: { roles: ['chief'] } },
    ...more,
  });

const people: Configuration['people'] = { ann: { name: 'Ann', roles: ['chief'] }, bob: { roles: ['chief', 'clerk'] } };
const configuration = (more: Partial<Configuration> = {}): Configuration => ({ routes: [refund()], people, ...more });

function problemsOf(of: Configuration): Problem[] {
  try {
    createRegistry(of);
  } catch (error) {
    assert.ok(error instanceof BatonError);
    assert.equal(error.code, 'config_invalid');
    return error.problems;
  }
  return [];
}
const told = (of: Configuration): string[] => problemsOf(of).map((problem) => `${problem.code} ${problem.path}`);
const withRoute = (more: Partial<RouteDefinition<Fields>>) => told(configuration({ routes: [refund(more)] }));
const withPay = (more: Partial<AgentDefinition<PayInput, PayOutput>>) =>
  told(configuration({ routes: [refund({}, defineAgent({ ...payDefinition, ...more } as typeof payDefinition))] }));

test('a registry holds routes, agents with their undo, people and definitions by digest', () => {
  const registry = createRegistry(configuration());
  assert.deepEqual([...registry.routes.keys()], ['refund']);
  assert.deepEqual([...registry.agents.keys()], ['shop.pay@1', 'shop.back@1']);
  assert.deepEqual(registry.people.get('operator'), { id: 'operator', name: 'operator', roles: [], accounts: {} });
  assert.deepEqual(
    registry.definitions.map((one) => one.kind),
    ['contract', 'contract', 'route'],
  );
  for (const definition of registry.definitions) assert.equal(definition.digest, digest(definition.body));
  assert.equal(registry.agents.get('shop.pay@1')?.digest, registry.definitions[0]?.digest);
  assert.equal(registry.routes.get('refund')?.digest, registry.definitions[2]?.digest);
  assert.deepEqual(registry.routes.get('refund')?.data.fields.required, ['order', 'amount']);
});

test('a contract is filled in with defaults', () => {
  const contract = createRegistry(configuration()).agents.get('shop.pay@1')?.contract;
  assert.equal(contract?.timeoutMs, 30_000);
  assert.deepEqual(contract?.retry, { attempts: 3, firstDelayMs: 1_000, factor: 2, maxDelayMs: 60_000 });
  assert.equal(contract?.duplicateWindowMs, 30 * 24 * 3_600_000);
  assert.equal(contract?.maxOutputBytes, 256_000);
  assert.equal(contract?.idempotent, false);
  assert.deepEqual(contract?.undo, { agent: 'shop.back@1', input: { id: { $ref: 'output.id' } } });
});

test('the digest of a contract follows what it says, not what the code does', () => {
  const digestOf = (agent: typeof pay) =>
    createRegistry(configuration({ routes: [refund({}, agent)] })).agents.get('shop.pay@1')?.digest;
  assert.equal(digestOf(defineAgent({ ...payDefinition } as typeof payDefinition)), digestOf(pay));
  assert.notEqual(digestOf(defineAgent({ ...payDefinition, timeoutMs: 5 } as typeof payDefinition)), digestOf(pay));
});

test('what is wrong with an agent is told at the agent', () => {
  const cases: [Partial<AgentDefinition<PayInput, PayOutput>>, string][] = [
    [{ name: 'Shop Pay' }, 'malformed agents.Shop Pay@1.name'],
    [{ resource: 'order:{{input.ordr}}' }, 'resource_unresolvable agents.shop.pay@1.resource'],
    [{ resource: 'order:{{input.card}}' }, 'resource_unresolvable agents.shop.pay@1.resource'],
    [{ resource: 'order:{{output.id}}' }, 'resource_unresolvable agents.shop.pay@1.resource'],
    [{ resource: 'order:{{input.order' }, 'resource_unresolvable agents.shop.pay@1.resource'],
    [{ resource: 'order:{{input.note}}' }, 'resource_unresolvable agents.shop.pay@1.resource'],
    [{ redact: ['input.card.numbr'] }, 'redact_unreachable agents.shop.pay@1.redact[0]'],
    [{ redact: ['card.number'] }, 'redact_unreachable agents.shop.pay@1.redact[0]'],
    [{ effect: 'read', idempotent: false }, 'idempotent_contradiction agents.shop.pay@1.idempotent'],
    [{ webhook: { url: 'shop/pay' } }, 'webhook_invalid agents.shop.pay@1.webhook.url'],
    [{ undo: undefined } as never, 'compensation_missing agents.shop.pay@1.undo'],
    [
      { undo: { agent: defineAgent({ ...backDefinition, idempotent: false }), input: () => ({ id: 'x' }) } },
      'compensation_missing agents.shop.pay@1.undo',
    ],
    [{ undo: { agent: back, input: () => ({ id: 5 }) } }, 'compensation_missing agents.shop.pay@1.undo'],
    [
      { input: z.strictObject({ ...payInput.shape, order: z.string().trim() }) },
      'schema_lossy agents.shop.pay@1.input.order',
    ],
  ];
  for (const [more, expected] of cases) assert.ok(withPay(more).includes(expected), `${expected}\n${withPay(more)}`);
});

test('an undo that is missing is told once, not at every plan as well', () => {
  assert.deepEqual(withPay({ undo: undefined } as never), ['compensation_missing agents.shop.pay@1.undo']);
});

test('what is wrong with a route is told at the route', () => {
  const gone = defineAgent({ ...backDefinition, name: 'shop.gone' });
  const questions = { deciders: { roles: ['chief'] } };
  const cases: [Partial<RouteDefinition<Fields>>, string][] = [
    [{ name: 'Re fund' }, 'malformed routes.Re fund.name'],
    [{ patterns: [/(?<ordr>x)/] }, 'unknown_field routes.refund.patterns[0]'],
    [{ ask: { ordr: 'Which?' } as never }, 'unknown_field routes.refund.ask'],
    [{ ru: { title: 'Возврат', ask: { ordr: 'Какой?' } as never } }, 'unknown_field routes.refund.ru.ask'],
    [{ questions: { deciders: {} } }, 'nobody_decides routes.refund.questions.deciders'],
    [{ questions: { deciders: { roles: ['boss'] } } }, 'unknown_role routes.refund.questions.deciders.roles'],
    [{ questions: { deciders: { people: ['eve'] } } }, 'unknown_person routes.refund.questions.deciders.people'],
    [{ questions: { ...questions, quorum: 3 } }, 'quorum_too_large routes.refund.questions.quorum'],
    [{ controllers: { people: ['eve'] } }, 'unknown_person routes.refund.controllers.people'],
    [{ approvals: [approval(gone, () => questions)] }, 'unknown_agent routes.refund.approvals[0].agent'],
    [
      {
        approvals: [approval(pay, ({ input }) => ({ ...questions, when: gt((input as never as { x: never }).x, 1) }))],
      },
      'dangling_reference routes.refund.approvals[0].when',
    ],
    [
      { approvals: [approval(pay, () => ({ ...questions, when: { ref: 'task.fields.order', gt: 1 } }))] },
      'condition_type routes.refund.approvals[0].when',
    ],
    [{ approvals: [approval(pay, () => ({ deciders: {} }))] }, 'nobody_decides routes.refund.approvals[0].deciders'],
    [
      { fields: z.strictObject({ order: z.string(), amount: z.coerce.number() }) as never },
      'schema_lossy routes.refund.fields.amount',
    ],
    [
      {
        plan: (p) => p.step('pay', pay, ({ task }) => ({ order: task.amount, amount: 1 }) as never).answer(() => null),
      },
      'type_mismatch routes.refund.plan.steps.pay.input.order',
    ],
  ];
  for (const [more, expected] of cases)
    assert.deepEqual(withRoute(more).includes(expected), true, `${expected}\n${withRoute(more)}`);
});

test('approval rules may read the input and the fields', () => {
  const rule = approval(pay, ({ input }) => ({ deciders: { people: ['ann'] }, when: gt(input.amount, 5) }));
  const other = approval(pay, () => ({ deciders: { people: ['ann'] }, when: { ref: 'task.fields.amount', lt: 5 } }));
  assert.deepEqual(withRoute({ approvals: [rule, other] }), []);
});

test('one name stands for one thing', () => {
  const twin = defineAgent({ ...payDefinition } as typeof payDefinition);
  assert.deepEqual(told(configuration({ agents: [pay, back] })), []);
  assert.deepEqual(told(configuration({ agents: [twin] })), ['agent_declared_twice agents.shop.pay@1']);
  assert.deepEqual(told(configuration({ routes: [refund(), refund()] })), ['route_declared_twice routes.refund']);
});

test('an undo of an undo is registered as well, and a circle of them ends', () => {
  const first = defineAgent({ ...backDefinition, name: 'a.first' });
  const second = defineAgent({
    ...backDefinition,
    name: 'a.second',
    undo: { agent: first, input: ({ input }) => input },
  });
  Object.assign(first.definition, { undo: { agent: second, input: ({ input }: { input: unknown }) => input } });
  const registry = createRegistry(configuration({ agents: [second] }));
  assert.deepEqual([...registry.agents.keys()].slice(2), ['a.second@1', 'a.first@1']);
});

test('all problems come at once and show no address', () => {
  const broken = defineAgent({
    ...backDefinition,
    name: 'x.hook',
    run: undefined,
    webhook: { url: 'secret' },
  } as never);
  const problems = problemsOf(configuration({ routes: [refund({ questions: { deciders: {} } })], agents: [broken] }));
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ['webhook_invalid', 'nobody_decides'],
  );
  assert.doesNotMatch(JSON.stringify(problems), /secret/);
});

test('deciders are resolved to people, sorted, each once', () => {
  const registry = createRegistry(configuration());
  assert.deepEqual(resolveDeciders(registry, { people: ['bob'], roles: ['chief'] }), ['ann', 'bob']);
  assert.deepEqual(resolveDeciders(registry, { roles: ['clerk'] }), ['bob']);
  assert.deepEqual(resolveDeciders(registry, { people: ['eve'] }), []);
});

test('a definition survives a round trip through JSON', () => {
  for (const { body, digest: named } of createRegistry(configuration()).definitions) {
    assert.equal(digest(JSON.parse(JSON.stringify(body)) as Json), named);
  }
});

test('a limit of tasks that lets none in, or is no number of tasks, is told', () => {
  for (const tasksPerMinute of [0, 1.5, Number.NaN, 10_001])
    assert.deepEqual(told(configuration({ tasksPerMinute })), ['limit_invalid tasksPerMinute']);
  assert.equal(createRegistry(configuration({ tasksPerMinute: 1 })).tasksPerMinute, 1);
});

test('an entry of the network that allows nothing is told with its place', () => {
  const allow = ['shop.internal', '10.0.0.0/33'];
  assert.deepEqual(told(configuration({ network: { allow } })), ['network_entry_invalid network.allow[1]']);
});

test('a name that no configuration has is told: who wrote it believes that it does something', () => {
  const given = { ...configuration(), budget: { day: { hard: { calls: 5 } } } };
  assert.deepEqual(
    problemsOf(given).map(({ code, path, hint }) => [code, path, hint]),
    [['unknown_setting', 'budget', 'is nothing that a configuration has; did you mean budgets?']],
  );
});

test('so is a name that no route and no agent has', () => {
  const hiding = { ...payDefinition, name: 'shop.peep', redct: ['input.note'] };
  const route = refund({ aprovals: [] } as object);
  const agents = [defineAgent(hiding as typeof payDefinition)];
  assert.deepEqual(
    problemsOf(configuration({ routes: [route], agents })).map(({ path, hint }) => [path, hint]),
    [
      ['agents.shop.peep@1.redct', 'is nothing that an agent has; did you mean redact?'],
      ['routes.refund.aprovals', 'is nothing that a route has; did you mean approvals?'],
    ],
  );
});

test('what is wrong with a currency or a fallback says what would do', () => {
  const of = configuration({
    models: { light: { provider: 'openai', fallback: 'nobody' as 'none' } },
    budgets: { run: { hard: { money: { usd: 3 } } } },
  });
  assert.deepEqual(
    problemsOf(of).map(({ path, hint }) => [path, hint]),
    [
      ['models.light.fallback', "must be 'rules', 'none', or a model, as in { provider: 'gigachat' }"],
      ['budgets.run.hard.money.usd', 'must be a currency of three letters, as in RUB'],
    ],
  );
});

test('models and budgets are checked with everything else', () => {
  const of = configuration({
    routes: [refund()],
    models: { light: { provider: 'other' as 'openai' } },
    budgets: { run: { soft: { calls: 10 }, hard: { calls: 10 } }, day: { hard: { tokens: -1 } } },
  });
  assert.deepEqual(told(of), ['malformed models.light.provider', 'malformed budgets.day.hard.tokens']);
  const budgets = { run: { soft: { money: { USD: 2 } }, hard: { money: { USD: 1 } } } };
  assert.deepEqual(told(configuration({ routes: [refund()], budgets })), ['soft_over_hard budgets.run.soft.money.USD']);
});
