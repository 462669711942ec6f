/**
 * The provider that thinks with models, where thinking is needed: a task that a pattern recognises with all that it
 * needs, and a route with a plan of its own, take none. What a model says is a proposal in a form made of the routes and
 * agents that there are; core checks it as it checks everything.
 */
import { BatonError, type ErrorCode } from '../contracts/error.ts';
import type { Models, Provider, RouteView, Thinking, Understanding } from '../contracts/model.ts';
import { toPlan } from './forms/plan-form.ts';
import { intakeQuestion, isComplete, readIntake } from './intake.ts';
import { planQuestion } from './planning.ts';
import { prompts } from './prompts.ts';
import { readWording, wordingQuestion } from './wording.ts';

export interface ThinkerParts {
  models: Models;
  /** What needs no model, and what is left when there is none. */
  rules: Provider;
}

/**
 * No model gave an answer that could be used, which says nothing about the task: then a pattern's word is enough. A
 * refusal, a budget and an end from this side are about the task, and are told.
 */
const withoutModel: ReadonlySet<ErrorCode> = new Set([
  'model_unreachable',
  'model_unavailable',
  'model_throttled',
  'model_quota',
  'model_unauthorised',
  'model_rejected',
  'model_truncated',
  'model_malformed',
  'timed_out',
]);

const isWithoutModel = (error: unknown, { signal }: Thinking): boolean =>
  error instanceof BatonError && withoutModel.has(error.code) && !signal.aborted;

/** What a model understood, with what a pattern found and the model did not. */
function joined(thought: Understanding, recognised: Understanding): Understanding {
  if (thought.route === null || thought.route !== recognised.route) return thought;
  return { ...thought, fields: { ...recognised.fields, ...thought.fields } };
}

async function understand(
  { models, rules }: ThinkerParts,
  request: { text: string; routes: RouteView[] },
  thinking: Thinking,
): Promise<Understanding> {
  const recognised = await rules.understand(request, thinking);
  const route = request.routes.find(({ name }) => name === recognised.route);
  if (route && isComplete(recognised.fields, route)) return recognised;
  try {
    const answer = await models.ask(intakeQuestion(request.text, request.routes), thinking);
    return joined(readIntake(answer, request.routes), recognised);
  } catch (error) {
    if (route && isWithoutModel(error, thinking)) return recognised;
    throw error;
  }
}

/** The provider over these models. */
export function createThinker(parts: ThinkerParts): Provider {
  const { models } = parts;
  return {
    name: 'models',
    local: false,
    instructions: prompts.map(({ text }) => text),
    understand: (request, thinking) => understand(parts, request, thinking),
    async plan(request, thinking) {
      if (request.fixed) return { plan: request.fixed, by: 'rules' };
      if (request.agents.length === 0) return null;
      const { output, by } = await models.ask(planQuestion(request), thinking);
      const plan = toPlan(output, request.agents);
      return plan === null ? null : { plan, by };
    },
    async word(request, thinking) {
      return readWording(await models.ask(wordingQuestion(request), thinking), request);
    },
  };
}
