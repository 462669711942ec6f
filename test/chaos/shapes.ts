/**
 * Plans of every shape over agents of every kind, for workers that are killed while they carry them out. A shape is
 * drawn from its number, so every process knows the same one; its plan comes in as one that a model proposes, and is
 * proven before it runs. What agents do is kept in tables of the same database, in transactions of their own.
 */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type postgres from 'postgres';
import { z } from 'zod';
import { createFunctionTransporter } from '../../src/agents/function.ts';
import { type Agent, type AttemptContext, defineAgent, Refusal, type Transporter } from '../../src/contracts/agent.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import { effects } from '../../src/contracts/contract.ts';
import { fail } from '../../src/contracts/error.ts';
import type { Provider } from '../../src/contracts/model.ts';
import type { Mapping, Plan, PlanStep } from '../../src/contracts/plan.ts';
import { gt } from '../../src/contracts/plan-builder.ts';
import type { Ref } from '../../src/contracts/refs.ts';
import { approval, defineRoute, type Route } from '../../src/contracts/route.ts';
import { drawn, type Scenario, scenarios } from '../support/simulation-scenario.ts';

export const shapeTables = `
  create table shape_calls (
    agent text, key text, run uuid, ref text, attempt int, undo boolean, at timestamptz default clock_timestamp()
  );
  create index on shape_calls (key);
  create table shape_ledger (agent text, key text, run uuid, ref text, undo boolean, keyed boolean);
  create unique index on shape_ledger (key) where keyed;
  create index on shape_ledger (run, ref);`;

/** How the routes differ: in how many steps run at once, and in what a failure or silence leads to. */
export const manners = ['plain', 'strict', 'hasty', 'timed'] as const;
export type Manner = (typeof manners)[number];

export const textOf = (shape: number): string => `${manners[drawn(manners.length, 'manner', shape)]} shape ${shape}`;

const arbitrary = scenarios(false);
const known = new Map<number, Scenario>();

/** The scenario of a number, as the simulation without a database draws it. */
export function scenarioOf(shape: number): Scenario {
  const found = known.get(shape) ?? fc.sample(arbitrary, { seed: shape, numRuns: 1 })[0]!;
  known.set(shape, found);
  return found;
}

const undoOf = (tag: string): string => `u${tag.slice(1)}`;
const agentOf = (tag: string): string => `a${tag.slice(1)}`;

type Rule = 'none' | 'always' | 'some' | 'two';

const nameOf = (effect: string, keyed: boolean, rule: Rule, held: boolean): string =>
  `shape.${effect}.${keyed ? 'keyed' : 'keyless'}.${rule}${held ? '.held' : ''}`;

/** The plan of a shape over the agents that there are here. */
export function planOf(shape: number): Plan {
  const { plan, contracts, route } = scenarioOf(shape);
  const lists = new Set(plan.steps.filter(({ forEach }) => forEach).map(({ id }) => id));
  const ruleOf = (agent: string): Rule => {
    const rule = route.approvals.find((one) => one.agent === agent);
    return !rule ? 'none' : rule.when ? 'some' : rule.quorum === 2 ? 'two' : 'always';
  };
  const steps = plan.steps.map((step): PlanStep => {
    const { effect, idempotent, resource } = contracts.find(({ name }) => `${name}@1` === step.agent)!;
    const name = nameOf(effect, idempotent, effect === 'read' ? 'none' : ruleOf(step.agent), resource !== undefined);
    // What reads a list of results reads the first of them.
    const first = (ref: string, field: string): string => {
      const source = ref.split('.')[1] ?? '';
      return `steps.${source}.output.${lists.has(source) ? '0.' : ''}${field}`;
    };
    const { n: given } = step.input as { n: Mapping };
    const read = typeof given === 'object' && given !== null && '$ref' in given ? String(given.$ref) : 'item';
    const n = read === 'item' ? given : { $ref: first(read, 'n') };
    return {
      ...step,
      agent: `${name}@1`,
      input: { n, tag: step.id, shape, thing: drawn(150, shape, step.id) },
      ...(step.when && 'ref' in step.when && { when: { ref: first(step.when.ref, 'even'), is: true } }),
    };
  });
  return { ...plan, steps };
}

const input = z.strictObject({ n: z.int().optional(), tag: z.string(), shape: z.int(), thing: z.int() });
const output = z.strictObject({ n: z.int(), even: z.boolean(), list: z.array(z.int()) });
type Input = z.infer<typeof input>;
type Output = z.infer<typeof output>;

const retry = { attempts: 3, firstDelayMs: 20, factor: 2, maxDelayMs: 200 };
const timeoutMs = 700;

interface Kind {
  agent: Agent<Input, Output>;
  rule: Rule;
}

export interface Shapes {
  configuration: Configuration;
  provider: Provider;
  transporter: Transporter;
}

/** Everything a process needs to carry shapes out; without `sql` it knows them and calls nobody. */
export function createShapes(sql?: postgres.Sql): Shapes {
  /** Attempts that never reached their agent. */
  const unsent = new Set<string>();

  const act =
    (agent: string, keyed: boolean, of: { undo: boolean; reads: boolean }) =>
    async (given: Input, context: AttemptContext): Promise<Output> => {
      const { key, run, step, attempt, signal } = context;
      const [row] = await sql!<{ before: number }[]>`
        with noted as (
          insert into shape_calls (agent, key, run, ref, attempt, undo)
          values (${agent}, ${key}, ${run}, ${step}, ${attempt}, ${of.undo}))
        select count(*)::int as before from shape_calls where key = ${key}`;
      const behaviour = scenarioOf(given.shape).behaviours[of.undo ? undoOf(given.tag) : agentOf(given.tag)]!;
      const end = behaviour.first[row!.before] ?? behaviour.last;
      const dice = (below: number, what: string) => drawn(below, what, key, row!.before);
      if (dice(10, 'slow') > 6) await pause(dice(10, 'slow') === 9 ? 500 : 120);
      const happens = end === 'done' || ((end === 'unknown' || end === 'broken') && dice(2, 'happens') === 0);
      if (happens && !of.reads) {
        await sql!`
          insert into shape_ledger (agent, key, run, ref, undo, keyed)
          values (${agent}, ${key}, ${run}, ${step}, ${of.undo}, ${keyed}) on conflict do nothing`;
      }
      const n = drawn(10, agent, given.tag, given.shape, given.n ?? -1);
      if (end === 'done') return { n, even: n % 2 === 0, list: Array.from({ length: n % 4 }, (_, i) => n + i) };
      if (end === 'broken') return { nonsense: true } as never;
      if (end === 'throttled') throw new Refusal('later', dice(3, 'later') * 20);
      if (end === 'refused') throw new Refusal('no');
      if (end === 'not_sent') unsent.add(`${key} ${attempt}`);
      // Some never answer, and are given up at their time limit.
      else if (dice(3, 'hangs') === 0) await pause(60_000, null, { signal });
      throw new Error(end);
    };

  const undo = defineAgent({
    name: 'shape.undo',
    title: 'Take it back',
    effect: 'reversible',
    idempotent: true,
    input,
    output,
    retry,
    timeoutMs,
    run: act('undo', true, { undo: true, reads: false }),
  });

  const agents: Kind[] = effects.flatMap((effect) =>
    [true, false].flatMap((keyed) =>
      (effect === 'read' ? (['none'] as const) : (['none', 'always', 'some', 'two'] as const)).flatMap((rule) =>
        (effect === 'irreversible' ? [true, false] : [false]).map((held) => {
          const name = nameOf(effect, keyed, rule, held);
          const agent = defineAgent<Input, Output, Input>({
            name,
            title: name,
            effect,
            ...(effect !== 'read' && { idempotent: keyed }),
            input,
            output,
            retry,
            timeoutMs,
            ...(held && { resource: 'thing:{{input.thing}}', duplicateWindowMs: 1_500 }),
            ...(effect === 'compensable' && {
              undo: {
                agent: undo,
                input: ({ input: { tag, shape, thing }, output: { n } }) => ({ n, tag, shape, thing }),
              },
            }),
            run: act(name, keyed, { undo: false, reads: effect === 'read' }),
          });
          return { agent, rule };
        }),
      ),
    ),
  );

  const functions = createFunctionTransporter({});
  return {
    configuration: {
      routes: manners.map((manner) => routeOf(manner, agents)),
      people: { operator: {}, anna: {}, boris: {} },
    },
    provider: {
      name: 'shapes',
      local: true,
      understand: async ({ text }) => {
        const [, route = null, shape = '0'] = /^(\w+) shape (\d+)$/.exec(text) ?? [];
        const order = scenarioOf(Number(shape)).missing.length > 0 ? {} : { order: '1' };
        return { route, fields: { shape, ...order }, language: 'en', onePass: null, by: 'shapes' };
      },
      plan: async ({ fields }) => ({ plan: planOf(Number(fields.shape)), by: 'shapes' }),
    },
    transporter: {
      handles: () => true,
      call: async (call) => {
        const result = await functions.call(call);
        if (!unsent.delete(`${call.context.key} ${call.context.attempt}`)) return result;
        return { end: 'not_sent', error: fail('agent_unreachable', 'It is away.') };
      },
    },
  };
}

const deciders = { people: ['anna', 'boris'] };

function routeOf(manner: Manner, agents: Kind[]): Route {
  const times = manner === 'hasty' ? { remindAfterMs: 300, expireAfterMs: 1_500 } : {};
  return defineRoute({
    name: manner,
    title: manner,
    description: 'Carries a shape out.',
    patterns: [],
    fields: z.strictObject({ shape: z.string(), order: z.string() }),
    // Names every agent; the plans that run are proposed by the provider.
    plan: (p) => {
      const all = agents.reduce(
        (at, { agent }, i) =>
          at.step(`a${i}`, agent as never, () => ({ tag: 's0', shape: 0, thing: 0 }) as never) as never,
        p,
      );
      return all.answer(() => null);
    },
    questions: { deciders, ...times },
    ...(manner === 'strict' && { failures: 'stop' as const }),
    ...(manner === 'timed' && { deadlineMs: 6_000 }),
    concurrency: { plain: 6, strict: 2, hasty: 4, timed: 3 }[manner],
    approvals: agents
      .filter(({ rule }) => rule !== 'none')
      .map(({ agent, rule }) =>
        approval(agent, ({ input: { n } }) => ({
          deciders,
          quorum: rule === 'two' ? 2 : 1,
          ...times,
          ...(rule === 'some' && { when: gt(n as Ref<number>, 4) }),
        })),
      ),
  });
}
