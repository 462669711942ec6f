/**
 * The ports of thinking. A `Provider` understands and plans, words closings and briefings; `rules` does the first two
 * without any model. `Models` answers one question by the model of a tier. A `Meter` stands before every model: nothing
 * is asked that was not booked.
 *
 * A provider proposes; code checks. What it returns is parsed by these schemas, fields by the route's own schema, and a
 * plan by the proof.
 */
import { z } from 'zod';
import type { Contract } from './contract.ts';
import { type Json, type JsonObject, type JsonSchema, jsonObject } from './json.ts';
import type { Plan } from './plan.ts';
import type { ModelCall, Purpose, Tier } from './usage.ts';

/** The most that a call can take, taken out of the budgets before it is made. */
export interface Booking {
  id: string;
  purpose: Purpose;
  tier: Tier;
  provider: string;
  model: string;
  /** Input and output together. */
  tokens: number;
  /** Null when no price table knows the model; such a call is limited in tokens and calls alone. */
  money: { micros: number; currency: string } | null;
}

export interface Meter {
  /** Rejects with `budget_exceeded` when a hard limit would not hold, and with `aborted` when the run was lost. */
  book(worst: Booking): Promise<void>;
  /** What became of it; the booking gives way to what it really took. */
  settle(call: ModelCall): Promise<void>;
}

/** For whom something is thought. */
export interface Thinking {
  meter: Meter;
  /** Fires when the time is over, the run is cancelled or its lease is lost. */
  signal: AbortSignal;
  /** Tells requesters apart for a provider's watch over abuse, and not who they are. */
  user: string | null;
}

export interface Enquiry {
  purpose: Purpose;
  tier: Tier;
  /** A name for the answer's form: lower-case words joined by underscores. */
  name: string;
  instructions: string;
  /** Untrusted text must be fenced in it. */
  input: string;
  schema: JsonSchema;
  maxOutputTokens?: number;
}

export interface Models {
  /**
   * An answer that fits the schema, and who gave it. Rejects with a `BatonError`: `model_…`, `timed_out`, `aborted`,
   * `budget_exceeded`.
   */
  ask(question: Enquiry, thinking: Thinking): Promise<{ output: Json; by: string }>;
}

export const understanding = z.strictObject({
  /** Null when the task fits no route. */
  route: z.string().nullable(),
  fields: jsonObject,
  language: z.enum(['en', 'ru']),
  /** One agent that closes the task in one pass, where the route has no plan of its own. */
  onePass: z.strictObject({ agent: z.string(), input: jsonObject }).nullable(),
  /** Who understood it: `rules`, or provider and model. */
  by: z.string(),
});
export type Understanding = z.infer<typeof understanding>;

/** What a provider may know of a route. */
export interface RouteView {
  name: string;
  title: string;
  description: string;
  fields: JsonSchema;
  patterns: RegExp[];
  /** Of a route without a plan: the agents that it may use. */
  agents: Contract[];
}

/** A plan that did not pass, and why. */
export interface Attempted {
  plan: Json;
  findings: { code: string; path: string; hint: string }[];
}

export interface PlanRequest {
  route: string;
  goal: string;
  fields: JsonObject;
  language: 'en' | 'ru';
  /** The route's own plan, if it has one. */
  fixed: Plan | null;
  agents: Contract[];
  fieldsSchema: JsonSchema;
  /** Earlier tries for the same run, oldest first. */
  attempted: Attempted[];
}

/** Facts, rendered by code, that a model is to put in words. Untrusted. */
export interface WordingRequest {
  kind: 'closing' | 'briefing';
  language: 'en' | 'ru';
  facts: string;
}

export interface Wording {
  text: string;
  /** What a person might do; for a briefing. */
  proposal: string | null;
  by: string;
}

export interface Provider {
  readonly name: string;
  /** It answers at once, from this process alone, and costs nothing; then its answer needs no commit of its own. */
  readonly local: boolean;
  understand(request: { text: string; routes: RouteView[] }, thinking: Thinking): Promise<Understanding>;
  /** Null when it cannot plan this. */
  plan(request: PlanRequest, thinking: Thinking): Promise<{ plan: Json | Plan; by: string } | null>;
  /** What it tells models, kept so that anybody can see it. */
  readonly instructions?: readonly string[];
  /** Absent: it has no words of its own. */
  word?(request: WordingRequest, thinking: Thinking): Promise<Wording>;
}
