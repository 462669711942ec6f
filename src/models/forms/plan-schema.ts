/**
 * The form in which a model gives a plan over these agents. An agent that is not among them, or an input that it does
 * not take, cannot be said where the provider enforces the form; where it does not, the proof finds it.
 */
import { agentId, type Contract } from '../../contracts/contract.ts';
import type { JsonSchema } from '../../contracts/json.ts';
import { nodeOf } from '../../core/schema/resolve.ts';
import { isWithinLimits, shared } from './limits.ts';
import { anyOf, defined, definitions, nothing, type Style, strictObject, valueForm } from './literal.ts';

const style: Style = { refs: true, exact: false };

const idPattern = '^[a-z][A-Za-z0-9_]{0,39}$';
/** Longer plans are for people: what repeats belongs into a list. */
const maxSteps = 50;
/** Objects and lists within an input. With what is around them they make the ten levels that providers take. */
const deepest = 4;

const scalar = anyOf(['string', 'number', 'boolean', 'null'].map((type) => ({ type })));
/** As in a plan; the name of the comparison stands first, since it tells them apart. */
const comparison = (name: string, value: JsonSchema): JsonSchema =>
  strictObject({ [name]: value, ref: defined('path') });
const comparisons: JsonSchema[] = [
  ...['is', 'not'].map((name) => comparison(name, scalar)),
  ...['gt', 'gte', 'lt', 'lte'].map((name) => comparison(name, { type: 'number' })),
  comparison('in', { type: 'array', items: scalar, minItems: 1 }),
  comparison('exists', { type: 'boolean' }),
];

const parts: Record<string, JsonSchema> = {
  id: { type: 'string', pattern: idPattern },
  after: { type: 'array', items: defined('id') },
  when: anyOf([
    nothing,
    strictObject({
      join: { type: 'string', enum: ['all', 'any'] },
      of: { type: 'array', items: { anyOf: comparisons }, minItems: 1 },
    }),
  ]),
  forEach: anyOf([
    nothing,
    strictObject({
      in: defined('path'),
      concurrency: { type: 'integer', minimum: 1, maximum: 50 },
      max: { type: 'integer', minimum: 1, maximum: 1_000 },
    }),
  ]),
};

const stepOf = (contract: Contract, depth: number): JsonSchema =>
  strictObject({
    // First, since it tells the steps apart.
    agent: { type: 'string', const: agentId(contract) },
    id: defined('id'),
    input: valueForm(nodeOf(contract.input), depth, style),
    after: defined('after'),
    when: defined('when'),
    forEach: defined('forEach'),
    optional: { type: 'boolean' },
  });

const schemaOf = (agents: Contract[], depth: number): JsonSchema => {
  const steps = agents.map((contract) => stepOf(contract, depth));
  const plan = strictObject({
    goal: { type: 'string' },
    steps: { type: 'array', items: anyOf(steps), minItems: 1, maxItems: maxSteps },
    answer: defined('value'),
  });
  return shared({ ...strictObject({ plan: anyOf([plan, nothing]) }), $defs: { ...definitions(style), ...parts } });
};

/** The form of a plan; deep inputs of many agents are looser, so that the whole stays within the limits of providers. */
export function planSchema(agents: Contract[]): JsonSchema {
  for (let depth = deepest; depth > 0; depth -= 1) {
    const schema = schemaOf(agents, depth);
    if (isWithinLimits(schema)) return schema;
  }
  return schemaOf(agents, 0);
}
