/**
 * Agents that are a model with instructions: the input goes in as fenced JSON, and the answer has the form of the output.
 *
 * A model does nothing to the world, so such an agent is a `read`, and may be asked again. What it reads may still be
 * somebody's attempt to talk it into an answer: the contract checks the form alone, and what follows from the answer is
 * for the plan and for people to say.
 */
import { readFileSync } from 'node:fs';
import type { AgentCall, AnyAgent, CallFailure, CallResult, Prompt, Transporter } from '../contracts/agent.ts';
import { BatonError, type ErrorCode, fail, type Problem } from '../contracts/error.ts';
import type { JsonSchema } from '../contracts/json.ts';
import type { Enquiry, Meter, Models } from '../contracts/model.ts';
import { fenceJson, fenceNote } from '../core/fence.ts';
import { lossless } from '../core/schema/lossless.ts';
import { done, maxRetryAfterMs } from './output.ts';
import { deadlineOf, stopped } from './stopped.ts';

export interface PromptOptions {
  /** Null: no model is set up. The agents are there all the same, and each call says what is missing. */
  models: Models | null;
}

/** What an agent says of itself, read once. */
interface Part {
  instructions: string;
  schema: JsonSchema;
}
type PartOf = (agent: AnyAgent) => Part | Problem;

/** Reaches agents with `prompt`. */
export function createPromptTransporter({ models }: PromptOptions): Transporter {
  const parts = new WeakMap<object, Part>();
  const partOf: PartOf = (agent) => {
    const known = parts.get(agent.definition);
    const part = known ?? readPart(agent);
    if (!('code' in part)) parts.set(agent.definition, part);
    return part;
  };
  return {
    handles: (agent) => 'prompt' in agent.definition,
    problems: (agent) => problemsOf(agent, partOf),
    instructions: (agent) => {
      const part = partOf(agent);
      return 'code' in part ? null : instructionsOf(part);
    },
    call: (call) => callPrompt(call, models, partOf),
  };
}

async function callPrompt(call: AgentCall, models: Models | null, partOf: PartOf): Promise<CallResult> {
  using deadline = deadlineOf(call);
  if (deadline.cause) return stopped(call, deadline.cause, false);
  const { agent, meter, user = null } = call;
  if (!('prompt' in agent.definition)) return notSent(`${agent.id} is not a prompt`);
  if (!models) return notSent(`${agent.id} needs a model: set OPENAI_API_KEY or GIGACHAT_AUTH_KEY`);
  if (!meter) return notSent(`${agent.id} was called without a meter, and no model is asked without one`);
  const part = partOf(agent);
  if ('code' in part) return notSent(`${agent.id} cannot be asked: ${part.hint}`);
  let hasLeft = false;
  const watched: Meter = {
    book: async (worst) => {
      await meter.book(worst);
      hasLeft = true;
    },
    settle: (made) => meter.settle(made),
  };
  try {
    const question = questionOf(call, agent.definition.prompt, part);
    const { output } = await models.ask(question, { meter: watched, signal: deadline.signal, user });
    // It may answer in the very turn in which the deadline ends.
    return deadline.cause ? stopped(call, deadline.cause, true) : done(call, output);
  } catch (error) {
    if (deadline.cause) return stopped(call, deadline.cause, hasLeft);
    return failed(agent.id, error);
  }
}

const notSent = (message: string): CallFailure => ({
  end: 'not_sent',
  error: fail('agent_unreachable', message, { retryable: false }),
});

const questionOf = ({ agent, input }: AgentCall, prompt: Prompt, part: Part): Enquiry => ({
  purpose: 'agent',
  tier: prompt.tier,
  name: agent.definition.name.replaceAll(/[^a-z0-9]+/g, '_').slice(0, 60),
  instructions: instructionsOf(part),
  input: fenceJson('input', input),
  schema: part.schema,
  ...(prompt.maxOutputTokens !== undefined && { maxOutputTokens: prompt.maxOutputTokens }),
});

const instructionsOf = ({ instructions }: Part): string => `${instructions}\n\n${fenceNote}`;

const ends: Partial<Record<ErrorCode, CallFailure['end']>> = {
  model_refused: 'refused',
  model_filtered: 'refused',
  // No model has thought about it.
  model_unreachable: 'not_sent',
  model_throttled: 'not_sent',
  model_unauthorised: 'not_sent',
  model_quota: 'not_sent',
  model_rejected: 'not_sent',
  budget_soft: 'not_sent',
  budget_exceeded: 'not_sent',
};

function failed(id: string, error: unknown): CallFailure {
  if (!(error instanceof BatonError)) return { end: 'unknown', error: fail('unexpected', `what asks for ${id} threw`) };
  const { retryAfterMs, ...failure } = error.failure;
  const end = ends[failure.code] ?? 'unknown';
  if (retryAfterMs === undefined) return { end, error: failure };
  return { end, error: { ...failure, retryAfterMs: Math.min(retryAfterMs, maxRetryAfterMs) } };
}

function readPart({ id, definition }: AnyAgent): Part | Problem {
  const path = `agents.${id}`;
  if (!('prompt' in definition)) return { code: 'prompt_invalid', path, hint: 'this is not a prompt' };
  const { schema } = lossless(definition.output);
  // A model answers with an object; what accepts anything has problems of its own, which the registry tells.
  if (schema.type !== 'object') {
    const hint = 'a model answers with an object: make the output a z.strictObject';
    return { code: 'prompt_output_invalid', path: `${path}.output`, hint };
  }
  const { instructions } = definition.prompt;
  const at = `${path}.prompt.instructions`;
  try {
    const text = (typeof instructions === 'string' ? instructions : readFileSync(instructions, 'utf8')).trim();
    if (text !== '') return { instructions: text, schema };
    return { code: 'prompt_empty', path: at, hint: 'the instructions are empty: say what the model is to do' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint = `the file of the instructions cannot be read (${code}): is it beside the agent?`;
    return { code: 'prompt_unreadable', path: at, hint };
  }
}

/** No model is no problem here: a deployment starts without a key, and the call says what is missing. */
function problemsOf(agent: AnyAgent, partOf: PartOf): Problem[] {
  const part = partOf(agent);
  const hint = `a model does nothing to the world: make it effect: 'read', and let another agent act on its answer`;
  return [
    ...('code' in part ? [part] : []),
    ...(agent.definition.effect === 'read' ? [] : [{ code: 'prompt_effect', path: `agents.${agent.id}.effect`, hint }]),
  ];
}
