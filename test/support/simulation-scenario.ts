/** Plans, agents and people for the simulation, as fast-check draws them. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Contract } from '../../src/contracts/contract.ts';
import type { Mapping, Plan, PlanStep } from '../../src/contracts/plan.ts';
import type { RouteData } from '../../src/contracts/route.ts';
import { contractOf, routeOf } from './journal.ts';

/** How a call ends. `broken` is an answer that does not fit: nobody knows, and a repeat would not help. */
export type End = 'done' | 'throttled' | 'not_sent' | 'unknown' | 'broken' | 'refused';

export interface Behaviour {
  /** How the first calls of a key end. */
  first: End[];
  last: End;
}

export interface Scenario {
  plan: Plan;
  contracts: Contract[];
  route: RouteData;
  /** By agent name. */
  behaviours: Record<string, Behaviour>;
  /** What other runs have done with a resource. */
  others: Record<string, 'free' | 'done' | 'in_hand'>;
  missing: string[];
  people: 'prompt' | 'slow' | 'silent';
  /** Draws latencies and what people say. */
  seed: number;
}

export interface Trouble {
  /** The points at which the worker crashes: dead, or alive without its lease. */
  crashes: { point: number; kind: 'dead' | 'zombie' }[];
  cancelAt: number | null;
  /** Signals come twice, in any order. */
  disorder: boolean;
  /** The approvals whose row is changed after the decision. */
  tampered: number[];
}

export const noTrouble: Trouble = { crashes: [], cancelAt: null, disorder: false, tampered: [] };

/** A number below `below` that depends on the words alone. */
export const drawn = (below: number, ...words: (string | number)[]): number =>
  createHash('sha256').update(words.join('/')).digest().readUInt32BE(0) % below;

const rawStep = (calm: boolean) => {
  const ends = fc.constantFrom<End>('throttled', 'not_sent', 'unknown', ...(calm ? [] : (['broken'] as const)));
  return fc.record({
    effect: fc.constantFrom<Contract['effect']>('read', 'reversible', 'compensable', 'compensable', 'irreversible'),
    idempotent: calm ? fc.constant(true) : fc.boolean(),
    first: fc.array(ends, { maxLength: 2 }),
    last: fc.oneof(
      { weight: 12, arbitrary: fc.constant<End>('done') },
      { weight: 1, arbitrary: fc.constant<End>('refused') },
      { weight: calm ? 0 : 1, arbitrary: fc.constant<End>('unknown') },
      { weight: calm ? 0 : 2, arbitrary: fc.constant<End>('not_sent') },
    ),
    optional: fc.boolean(),
    after: fc.array(fc.nat(20), { maxLength: 2 }),
    reads: fc.option(fc.nat(20)),
    when: fc.option(fc.nat(20), { freq: 3 }),
    each: fc.option(fc.nat(20), { freq: 3 }),
    rule: fc.constantFrom<'none' | 'always' | 'some' | 'two'>('none', 'none', 'some', 'always', 'two'),
    resource: fc.boolean(),
    undo: fc.constantFrom<'works' | 'works late' | 'refuses' | 'unbuildable'>(
      'works',
      'works',
      'works late',
      'refuses',
      'unbuildable',
    ),
    attempts: calm ? fc.constant(15) : fc.integer({ min: 2, max: 4 }),
  });
};
type RawStep = ReturnType<typeof rawStep> extends fc.Arbitrary<infer T> ? T : never;

const stepName = (i: number) => `s${i}`;

function planOf(raw: RawStep[]): Plan {
  const steps: PlanStep[] = raw.map((of, i) => {
    const earlier = (pick: number | null) => (pick === null || i === 0 ? null : stepName(pick % i));
    const isEach = (id: string) => raw[Number(id.slice(1))]!.each !== null && id !== 's0';
    const from = earlier(of.reads);
    const value: Mapping = from === null ? i : { $ref: `steps.${from}.output.${isEach(from) ? '0.n' : 'n'}` };
    const when = earlier(of.when);
    const list = earlier(of.each);
    return {
      id: stepName(i),
      agent: `a${i}@1`,
      input: { n: list ? { $ref: 'item' } : value, tag: stepName(i) },
      after: [...new Set(of.after.flatMap((pick) => earlier(pick) ?? []))],
      ...(of.optional && { optional: true }),
      ...(when && { when: { ref: `steps.${when}.output.even`, is: true } }),
      ...(list && { forEach: { in: { $ref: `steps.${list}.output.list` }, concurrency: 2, max: 10 } }),
    };
  });
  const answer = Object.fromEntries(steps.map(({ id }) => [id, { $ref: `steps.${id}.output` }]));
  // A list over a step that is itself a list has nothing to unfold; it is left as a plain step.
  const lists = new Set(steps.filter(({ forEach }) => forEach).map(({ id }) => id));
  for (const step of steps) {
    const source = step.forEach?.in.$ref.split('.')[1];
    if (source && lists.has(source)) {
      delete step.forEach;
      step.input = { n: 1, tag: step.id };
      lists.delete(step.id);
    }
  }
  return { goal: 'Simulate', steps, answer };
}

function contractsOf(raw: RawStep[]): Contract[] {
  return raw.flatMap((of, i): Contract[] => {
    const retry = { attempts: of.attempts, firstDelayMs: 20, factor: 2, maxDelayMs: 200 };
    const undo = {
      agent: `u${i}@1`,
      input: { n: { $text: `{{output.${of.undo === 'unbuildable' ? 'nope' : 'n'}}}` } },
    };
    const { effect, idempotent } = of;
    const own = contractOf({
      name: `a${i}`,
      effect,
      idempotent,
      retry,
      ...(of.resource && effect === 'irreversible' && { resource: `thing:${i % 3}` }),
      ...(effect === 'compensable' && { undo }),
    });
    return [own, contractOf({ name: `u${i}`, effect: 'reversible', idempotent: true, retry })];
  });
}

function rulesOf(raw: RawStep[]): unknown[] {
  const deciders = { people: ['anna', 'boris'] };
  return raw.flatMap(({ rule, effect }, i) => {
    if (rule === 'none' || effect === 'read') return [];
    const when = { ref: 'input.n', gt: 4 };
    return [{ agent: `a${i}@1`, deciders, quorum: rule === 'two' ? 2 : 1, ...(rule === 'some' && { when }) }];
  });
}

/** Scenarios; calm ones hold no chance for the outcome to depend on when things happen. */
export const scenarios = (calm: boolean): fc.Arbitrary<Scenario> =>
  fc
    .record({
      raw: fc.array(rawStep(calm), { minLength: 1, maxLength: 12 }),
      others: fc.array(fc.constantFrom<'free' | 'done' | 'in_hand'>('free', 'done', calm ? 'free' : 'in_hand'), {
        minLength: 3,
        maxLength: 3,
      }),
      missing: fc.option(fc.constant('order'), { freq: 2 }),
      people: calm
        ? fc.constant('prompt' as const)
        : fc.constantFrom('prompt' as const, 'prompt' as const, 'slow' as const, 'silent' as const),
      concurrency: fc.integer({ min: 1, max: 6 }),
      failures: calm ? fc.constant(false) : fc.boolean(),
      deadlineMs: calm ? fc.constant(null) : fc.option(fc.integer({ min: 100, max: 3_000 }), { freq: 2 }),
      seed: fc.nat(),
    })
    .map(({ raw, others, missing, people, concurrency, failures, deadlineMs, seed }) => ({
      plan: planOf(raw),
      contracts: contractsOf(raw),
      route: routeOf({
        approvals: rulesOf(raw).map((rule) => ({ ...(rule as object), ...timesOf(people) })),
        questions: { deciders: { people: ['anna', 'boris'] }, ...timesOf(people) },
        concurrency,
        failures: failures ? { deciders: { people: ['anna', 'boris'] }, ...timesOf(people) } : null,
        deadlineMs,
      }),
      behaviours: Object.fromEntries(
        raw.flatMap(({ first, last, undo }, i): [string, Behaviour][] => [
          [`a${i}`, { first, last }],
          [`u${i}`, { first: undo === 'works late' ? ['unknown'] : [], last: undo === 'refuses' ? 'refused' : 'done' }],
        ]),
      ),
      others: Object.fromEntries(others.map((state, i) => [`thing:${i}`, state])),
      missing: missing ? [missing] : [],
      people,
      seed,
    }));

const timesOf = (people: Scenario['people']): object =>
  people === 'prompt' ? {} : { remindAfterMs: 2_000, ...(people === 'slow' && { expireAfterMs: 5_000 }) };

export const troubles: fc.Arbitrary<Trouble> = fc.record({
  crashes: fc.array(
    fc.record({ point: fc.nat(60), kind: fc.constantFrom<'dead' | 'zombie'>('dead', 'zombie', 'zombie') }),
    { maxLength: 4 },
  ),
  cancelAt: fc.option(fc.integer({ min: 0, max: 1_500 }), { freq: 3 }),
  disorder: fc.boolean(),
  tampered: fc.constantFrom<number[]>([], [], [0, 1]),
});
