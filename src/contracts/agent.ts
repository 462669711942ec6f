/** `defineAgent`: whatever closes a step, as its author writes it. The registry turns it into a contract. */
import type { z } from 'zod';
import type { Effect, RetryPolicy } from './contract.ts';
import type { Failure, Problem } from './error.ts';
import type { Http } from './http.ts';
import type { Json, JsonObject } from './json.ts';
import type { Meter } from './model.ts';
import type { Given, Tree } from './refs.ts';
import type { Tier } from './usage.ts';

/** What an agent is told about the attempt that calls it. */
export interface AttemptContext {
  run: string;
  step: string;
  attempt: number;
  /** The same for every repeat of the same effect: hand it on as the idempotency key. */
  key: string;
  /** Aborted when the time limit passes, the run is cancelled or the worker loses it. */
  signal: AbortSignal;
}

/** Throw it to say no: nothing was done, and a repeat is pointless. */
export class Refusal extends Error {
  readonly retryAfterMs: number | undefined;

  /** @param retryAfterMs when given, the agent asks to be called again after so long. */
  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'Refusal';
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Webhook {
  url: string;
  /** Sent with every call, e.g. an authorization. Never journalled. */
  headers?: Record<string, string>;
}

/** An agent that is a model with instructions: its input is all that the model is given, its output has its schema's form. */
export interface Prompt {
  /** The instructions: a file beside the agent, read when it is first called, or the text itself. */
  instructions: URL | string;
  tier: Tier;
  /** The longest answer, reasoning included. */
  maxOutputTokens?: number;
}

interface AgentTerms<I, O> {
  /** Lower-case words joined by dots: `shop.pay`. */
  name: string;
  /** Raise it with every change of what goes in or out. */
  version?: number;
  /** What a person reads in progress, cards and traces. */
  title: string;
  input: z.ZodType<I>;
  output: z.ZodType<O>;
  effect: Effect;
  /** A repeat with the same key is harmless. Default: only for `read`. */
  idempotent?: boolean;
  /** The business thing that the effect touches: `order:{{input.order}}`. */
  resource?: string;
  /** For how long a finished effect on the same resource makes the next one ask. Default 30 days. */
  duplicateWindowMs?: number;
  /** Default 30 seconds; for a prompt 150. */
  timeoutMs?: number;
  /** Default: 3 attempts, 1 s doubling, at most 60 s. */
  retry?: Partial<RetryPolicy>;
  /** What takes the effect back. `compensable` needs it. */
  undo?: Undo<I, O>;
  maxOutputBytes?: number;
  /** What one call costs, in whole units of the currency, where it is known: `{ amount: 0.02, currency: 'USD' }`. */
  price?: { amount: number; currency: string };
  risk?: string;
  /** Title and risk in Russian, for people who write in it. */
  ru?: { title: string; risk?: string };
  redact?: string[];
}

/** An agent and its input, built of what went into the effect and what came out of it. */
export interface Undo<I, O> {
  // biome-ignore lint/suspicious/noExplicitAny: the undo's own input type is checked by `defineAgent`
  agent: Agent<any, any>;
  input: (from: { input: Tree<I>; output: Tree<O> }) => Given<unknown>;
}

/** An undo whose input is tied to its agent's input type: `undo: { agent: giveBack, input: ({ output }) => … }`. */
interface UndoBy<I, O, U> {
  // biome-ignore lint/suspicious/noExplicitAny: what an undo gives is of no interest
  agent: Agent<U, any>;
  input: (from: { input: Tree<I>; output: Tree<O> }) => Given<NoInfer<U>>;
}

type Transport<I, O> =
  | {
      run: (input: I, context: AttemptContext) => Promise<O> | O;
      /** Run it in a child process that is killed at the time limit. It must then be reachable from the configuration file. */
      isolate?: boolean;
    }
  | { webhook: Webhook }
  | { http: Http<I, O> }
  | { prompt: Prompt };

export type AgentDefinition<I, O> = AgentTerms<I, O> & Transport<I, O>;

export interface Agent<I, O> {
  readonly id: string;
  readonly definition: AgentDefinition<I, O>;
  /** Only for types: what goes in and what comes out. */
  readonly types?: { input: I; output: O };
}

// biome-ignore lint/suspicious/noExplicitAny: a list of agents of every type
export type AnyAgent = Agent<any, any>;

/** Declares an agent. What types cannot see is checked, all of it at once, when the registry is built. */
export function defineAgent<I, O, U = unknown>(
  definition: Omit<AgentTerms<I, O>, 'undo'> & { undo?: UndoBy<I, O, U> } & Transport<I, O>,
): Agent<I, O> {
  return { id: `${definition.name}@${definition.version ?? 1}`, definition: definition as AgentDefinition<I, O> };
}

/** An agent call that an `AgentCaller` carries out. */
export interface AgentCall {
  agent: AnyAgent;
  input: Json;
  context: AttemptContext;
  timeoutMs: number;
  maxOutputBytes: number;
  /** For agents that ask a model: what it is booked with, and for whom it is asked. */
  meter?: Meter;
  user?: string | null;
}

/** How the transport ended; the output is not checked against the contract yet. */
export type CallResult = { end: 'done'; output: unknown } | CallFailure;
export interface CallFailure {
  end: 'not_sent' | 'refused' | 'unknown';
  error: Failure;
}

/** The port of a transport: a way to reach an agent. It never throws. */
export interface Transporter {
  handles(agent: AnyAgent): boolean;
  call(call: AgentCall): Promise<CallResult>;
  /** What would keep it from ever reaching the agent from here, told at start. */
  problems?(agent: AnyAgent): Problem[];
  /** What a model is told for this agent: kept, so that anybody can see it. */
  instructions?(agent: AnyAgent): string | null;
}

export type { JsonObject };
