/** Builds a fixed plan as data, with the compiler looking on: ids, fields and types of every reference. */
import type { Agent, AnyAgent } from './agent.ts';
import type { Condition, Plan, PlanStep, Reference, Scalar } from './plan.ts';
import { type Given, type NoExtra, pathOf, type Ref, type Tree, toMapping, tree } from './refs.ts';

type Steps = Record<string, unknown>;

/** What an input may be built of: the task's fields and what earlier steps gave. */
export interface From<F, S extends Steps> {
  task: Tree<F>;
  steps: { readonly [K in keyof S]: Tree<S[K]> };
}

export interface StepOptions<S extends Steps> {
  /** Steps to wait for beside those whose output is read. */
  after?: (keyof S & string)[];
  /** The step is skipped unless it holds. */
  when?: Condition;
  /** A person may skip it when it fails. What reads it is skipped with it, and an item of a list is left out. */
  optional?: boolean;
}

export interface Finished {
  plan: Plan;
  agents: AnyAgent[];
}

export interface PlanBuilder<F, S extends Steps> {
  /** A step. Its input is literals and references to `task` and to earlier `steps`. */
  step<Id extends string, I, O, const G extends Given<NoInfer<I>>>(
    id: Id,
    agent: Agent<I, O>,
    input: (from: From<F, S>) => G & NoExtra<G, NoInfer<I>>,
    options?: (from: From<F, S>) => StepOptions<S>,
  ): PlanBuilder<F, S & { [K in Id]: O }>;
  /** A step that runs once for each element of a list; its output is the list of outputs. */
  each<Id extends string, I, O, E, const G extends Given<NoInfer<I>>>(
    id: Id,
    agent: Agent<I, O>,
    list: (from: From<F, S>) => Ref<readonly E[]>,
    input: (from: From<F, S> & { item: Tree<E> }) => G & NoExtra<G, NoInfer<I>>,
    options?: (from: From<F, S>) => StepOptions<S> & { concurrency?: number; max?: number },
  ): PlanBuilder<F, S & { [K in Id]: O[] }>;
  /** What the run answers with. Ends the plan. */
  answer(answer: (from: From<F, S>) => Given<unknown>): Finished;
}

const from = <F, S extends Steps>(): From<F, S> => ({
  task: tree<F>('task.fields'),
  steps: new Proxy({}, { get: (_, id) => tree(`steps.${String(id)}.output`) }) as From<F, S>['steps'],
});

/** The choices that were made; what was left open is not in the plan. */
const choices = ({
  after,
  when,
  optional,
}: StepOptions<Steps> = {}): Pick<PlanStep, 'after' | 'when' | 'optional'> => ({
  ...(after && { after }),
  ...(when && { when }),
  ...(optional && { optional }),
});

const defaultConcurrency = 5;
const defaultMaxItems = 100;

/** An empty plan for a task with fields F. */
export function planBuilder<F>(goal: string): PlanBuilder<F, Record<never, never>> {
  const steps: PlanStep[] = [];
  const agents: AnyAgent[] = [];
  const add = (agent: AnyAgent, step: PlanStep) => {
    steps.push(step);
    agents.push(agent, ...(agent.definition.undo ? [agent.definition.undo.agent] : []));
  };
  const builder: PlanBuilder<F, Steps> = {
    step(id, agent, input, options) {
      add(agent, { id, agent: agent.id, input: toMapping(input(from())), ...choices(options?.(from())) });
      return builder as never;
    },
    each(id, agent, list, input, options) {
      const { concurrency = defaultConcurrency, max = defaultMaxItems, ...rest } = options?.(from()) ?? {};
      add(agent, {
        id,
        agent: agent.id,
        input: toMapping(input({ ...from<F, Steps>(), item: tree('item') })),
        forEach: { in: toMapping(list(from())) as Reference, concurrency, max },
        ...choices(rest),
      });
      return builder as never;
    },
    answer: (answer) => ({ plan: { goal, steps: [...steps], answer: toMapping(answer(from())) }, agents: [...agents] }),
  };
  return builder as PlanBuilder<F, Record<never, never>>;
}

const at = (ref: Ref<unknown>): string => pathOf(ref) ?? '';

export const is = <T extends Scalar>(ref: Ref<T>, value: NoInfer<T>): Condition => ({ ref: at(ref), is: value });
export const not = <T extends Scalar>(ref: Ref<T>, value: NoInfer<T>): Condition => ({ ref: at(ref), not: value });
export const gt = (ref: Ref<number>, value: number): Condition => ({ ref: at(ref), gt: value });
export const gte = (ref: Ref<number>, value: number): Condition => ({ ref: at(ref), gte: value });
export const lt = (ref: Ref<number>, value: number): Condition => ({ ref: at(ref), lt: value });
export const lte = (ref: Ref<number>, value: number): Condition => ({ ref: at(ref), lte: value });
export const oneOf = <T extends Scalar>(ref: Ref<T>, values: NoInfer<T>[]): Condition => ({ ref: at(ref), in: values });
export const exists = (ref: Ref<unknown>): Condition => ({ ref: at(ref), exists: true });
export const absent = (ref: Ref<unknown>): Condition => ({ ref: at(ref), exists: false });
export const all = (...conditions: Condition[]): Condition => ({ all: conditions });
export const any = (...conditions: Condition[]): Condition => ({ any: conditions });
