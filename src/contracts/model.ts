/**
 * The port of a provider: what understands a task and what plans it. `rules` does both without any model.
 *
 * A provider proposes; code checks. What it returns is parsed by these schemas, fields by the route's own schema, and a
 * plan by the proof.
 */
import { z } from 'zod';
import type { Contract } from './contract.ts';
import { type JsonObject, type JsonSchema, jsonObject } from './json.ts';
import type { Plan } from './plan.ts';

export const understanding = z.strictObject({
  /** Null when the task fits no route. */
  route: z.string().nullable(),
  fields: jsonObject,
  language: z.enum(['en', 'ru']),
});
export type Understanding = z.infer<typeof understanding>;

/** What a provider may know of a route. */
export interface RouteView {
  name: string;
  title: string;
  description: string;
  fields: JsonSchema;
  patterns: RegExp[];
}

export interface PlanRequest {
  route: string;
  goal: string;
  fields: JsonObject;
  /** The route's own plan, if it has one. */
  fixed: Plan | null;
  agents: Contract[];
}

export interface Provider {
  readonly name: string;
  /** It answers at once, from this process alone, and costs nothing; then its answer needs no commit of its own. */
  readonly local: boolean;
  understand(request: { text: string; routes: RouteView[] }, signal: AbortSignal): Promise<Understanding>;
  /** Null when it cannot plan this. */
  plan(request: PlanRequest, signal: AbortSignal): Promise<Plan | null>;
}
