/** `defineRoute`: a type of task, how it is recognised, how it is done, and who decides. */
import { z } from 'zod';
import type { Agent, AnyAgent } from './agent.ts';
import { type Deciders, terms } from './escalation.ts';
import { jsonObject } from './json.ts';
import { condition, plan } from './plan.ts';
import { type Finished, type PlanBuilder, planBuilder } from './plan-builder.ts';
import { type Tree, tree } from './refs.ts';

/**
 * When the effect of an agent needs a person. The first rule of an agent whose `when` holds is the one that asks; when
 * none does, the effect needs nobody. So a rule asks in doubt: a comparison with a value that is absent or null holds
 * here, which it does not in the `when` of a step. `exists: true` beside it says that absence is fine.
 */
export const approvalRule = terms.extend({
  agent: z.string(),
  /** Over `input.…` (what would be sent) and `task.fields.…`. Absent: always. */
  when: condition.optional(),
});
export type ApprovalRule = z.infer<typeof approvalRule>;

/** A route as data: what a run is pinned to. */
export const routeData = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a route name is lower-case words joined by dashes'),
  title: z.string().min(1).max(80),
  description: z.string().max(500),
  /** The same in Russian: the title, and how to ask. */
  ru: z
    .strictObject({ title: z.string().min(1).max(80), ask: z.record(z.string(), z.string().max(300)).optional() })
    .optional(),
  fields: jsonObject,
  /** How to ask for a field that a task does not give. */
  ask: z.record(z.string(), z.string().max(300)),
  agents: z.array(z.string()),
  plan: plan.nullable(),
  /** Terms of every question of this route that no rule covers: missing fields, uncertain effects, duplicates. */
  questions: terms,
  /** Terms of the question that a failed step asks; null: it fails the run without asking. */
  failures: terms.nullable().default(null),
  approvals: z.array(approvalRule),
  /** Who may cancel a run beside its requester. */
  controllers: terms.shape.deciders,
  /** How many steps may run at once. */
  concurrency: z.int().min(1).max(100),
  /** How long a run may take, waiting for people included; null: as long as it takes. */
  deadlineMs: z.number().positive().nullable().default(null),
});
export type RouteData = z.infer<typeof routeData>;

/** How to ask for fields, in the language of a run as far as the route speaks it. */
export const askIn = ({ ask, ru }: RouteData, language: 'en' | 'ru'): Readonly<Record<string, string>> =>
  language === 'ru' ? { ...ask, ...ru?.ask } : ask;

type RuleInput = Omit<z.input<typeof approvalRule>, 'agent'> & { agent: AnyAgent };

/** A rule for the effect of one agent: `approval(pay, ({ input }) => ({ when: gt(input.amount, 100), deciders: … }))`. */
export const approval = <I, O>(
  agent: Agent<I, O>,
  rule: (from: { input: Tree<I> }) => Omit<RuleInput, 'agent'>,
): RuleInput => ({ ...rule({ input: tree<I>('input') }), agent });

export interface RouteDefinition<F> {
  name: string;
  title: string;
  /** The title, and how to ask for a field, for who writes in Russian. */
  ru?: { title: string; ask?: { [K in keyof F]?: string } };
  /** One sentence: what it does. It is shown to people, and to a model that chooses among routes. */
  description: string;
  fields: z.ZodType<F>;
  /** How a task is recognised without a model: named groups become fields. */
  patterns: RegExp[];
  ask?: { [K in keyof F]?: string };
  /** Tasks of this kind as people write them, to begin with; the first one is offered. */
  examples?: string[];
  /** The fixed plan. Without one a model plans each task over `agents`. */
  plan?: ((p: PlanBuilder<F, Record<never, never>>) => Finished) | undefined;
  /** The agents that a plan made by a model or a person may use. */
  agents?: AnyAgent[];
  /** Who answers this route's questions. */
  questions: z.input<typeof terms>;
  /**
   * Who is asked about a step that does not close by itself: a failure that no repeat cleared up, a broken contract, a
   * circle. By default whoever answers `questions`; `stop` fails the run without asking. What an agent refuses and what
   * a person rejects is never asked about.
   */
  failures?: z.input<typeof terms> | 'stop';
  approvals?: RuleInput[];
  controllers?: Deciders;
  concurrency?: number;
  /** A run that is not over after so long ends as failed, and takes back what it did. Milliseconds. */
  deadlineMs?: number;
}

export interface Route {
  readonly name: string;
  readonly fields: z.ZodType;
  readonly patterns: RegExp[];
  readonly examples: readonly string[];
  readonly agents: AnyAgent[];
  /** The names of what was declared of it. */
  readonly declared: readonly string[];
  /** Everything but the field schema's JSON form, which the registry adds. */
  readonly data: Omit<z.input<typeof routeData>, 'fields'>;
}

const withUndos = (agents: AnyAgent[] = []): AnyAgent[] =>
  agents.flatMap((agent) => [agent, ...(agent.definition.undo ? [agent.definition.undo.agent] : [])]);

/** Words by field, as data. */
const wordsOf = (words: object): Record<string, string> =>
  Object.fromEntries(Object.entries(words).map(([field, text]) => [field, String(text)]));

/** Declares a route. Its plan is built, and so type-checked, here; the registry proves it. */
export function defineRoute<F>(definition: RouteDefinition<F>): Route {
  const { ru } = definition;
  const built = definition.plan?.(planBuilder<F>(definition.title)) ?? {
    plan: null,
    agents: withUndos(definition.agents),
  };
  const approvals = (definition.approvals ?? []).map((rule) => ({ ...rule, agent: rule.agent.id }));
  return {
    name: definition.name,
    fields: definition.fields,
    patterns: definition.patterns,
    examples: definition.examples ?? [],
    agents: built.agents,
    declared: Object.keys(definition),
    data: {
      name: definition.name,
      title: definition.title,
      ...(ru && { ru: { title: ru.title, ...(ru.ask && { ask: wordsOf(ru.ask) }) } }),
      description: definition.description,
      ask: wordsOf(definition.ask ?? {}),
      agents: [...new Set(built.agents.map((agent) => agent.id))],
      plan: built.plan,
      questions: definition.questions,
      failures: definition.failures === 'stop' ? null : (definition.failures ?? definition.questions),
      approvals,
      controllers: definition.controllers ?? {},
      concurrency: definition.concurrency ?? 8,
      deadlineMs: definition.deadlineMs ?? null,
    },
  };
}
