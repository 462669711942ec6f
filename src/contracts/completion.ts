/**
 * The port of a provider's wire: one request to a model, one answer that has the form of a schema. It asks once: whether
 * a call is repeated, given to another provider or told to a person is decided by who asks.
 */
import type { Failure } from './error.ts';
import type { Json, JsonSchema } from './json.ts';
import type { Usage } from './usage.ts';

export interface CompletionRequest {
  model: string;
  /** What is to be done. The same text at the front of every request of its kind, so that the provider can keep it. */
  instructions: string;
  /** What it is to be done with. Untrusted. */
  input: string;
  /** The form of the answer: an object schema, named by lower-case words joined by underscores. */
  schema: { name: string; body: JsonSchema };
  /** The answer's limit, reasoning included. */
  maxOutputTokens: number;
  timeoutMs: number;
  /** The same for requests with the same instructions. */
  cacheKey: string;
  /** Tells the provider's watch over abuse one person from another, and not who they are. Null: nobody asked. */
  user: string | null;
}

/**
 * How a request ended. The output is JSON, and whether it has the schema's form is for who asks to check. A failure is
 * one of the codes `model_…`, `timed_out` or `aborted`; what the model said instead of an answer is in its `said`.
 * Usage is told whenever the provider told it, for what failed is billed as well.
 */
export type Completion = ({ output: Json; error?: undefined } | { output?: undefined; error: Failure }) & {
  usage: Usage | null;
  requestId: string | null;
};

export interface Completer {
  /** Of the configuration and the price tables: `openai`, `gigachat`. */
  readonly provider: string;
  /** Never throws. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion>;
  close?(): Promise<void>;
}

/** A limit of requests at once that all processes share, as one account has with its provider. */
export interface Streams {
  /** Waits until one of `limit` is free; rejects with the signal's reason when it fires first. */
  enter(name: string, limit: number, signal: AbortSignal): Promise<{ leave(): Promise<void> }>;
}
