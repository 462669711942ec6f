/** Turns an agent's definition into its contract: defaults filled in, schemas in their JSON form. */
import type { AnyAgent } from '../../contracts/agent.ts';
import { type Contract, contract } from '../../contracts/contract.ts';
import type { Problem } from '../../contracts/error.ts';
import { toMapping, tree } from '../../contracts/refs.ts';
import { isUsable } from '../schema/check.ts';
import { pathText } from '../schema/describe.ts';
import { type Lossless, lossless } from '../schema/lossless.ts';
import { checkAgentSettings } from './settings.ts';

const defaults = {
  timeoutMs: 30_000,
  /** A model may think for a minute, and another one stand in for it. */
  promptTimeoutMs: 150_000,
  duplicateWindowMs: 30 * 24 * 3_600_000,
  maxOutputBytes: 256_000,
  retry: { attempts: 3, firstDelayMs: 1_000, factor: 2, maxDelayMs: 60_000 },
};

/** Problems found inside a part, told from the outside. */
export const within = (path: string, problems: Problem[]): Problem[] =>
  problems.map((problem) => ({
    ...problem,
    path: problem.path === '(root)' ? path : `${path}${problem.path.startsWith('[') ? '' : '.'}${problem.path}`,
  }));

/** What zod has to say about a shape of the configuration. */
export const shapeProblems = (issues: { path: PropertyKey[]; message: string }[]): Problem[] =>
  issues.map((issue) => ({ code: 'malformed', path: pathText(issue.path), hint: issue.message }));

/** The JSON form of a schema, usable for checking, or the reasons why there is none. */
export function convert(schema: Parameters<typeof lossless>[0]): Lossless {
  const form = lossless(schema);
  if (form.problems.length > 0 || isUsable(form.schema)) return form;
  const hint = 'its JSON form cannot be checked; look for a pattern that is no valid unicode expression';
  return { ...form, problems: [{ code: 'schema_unusable', path: '(root)', hint }] };
}

const runTimePaths = (side: string, paths: string[]): string[] =>
  paths.map((path) => (path === '(root)' ? side : `${side}${path.startsWith('[') ? '' : '.'}${path}`));

/** The contract of an agent, or what keeps it from being one. */
export function buildContract(agent: AnyAgent): { contract: Contract | null; problems: Problem[] } {
  const { definition } = agent;
  const { name, version = 1, title, effect, resource, price, risk, ru, undo } = definition;
  const input = convert(definition.input);
  const output = convert(definition.output);
  const lossy = [...within('input', input.problems), ...within('output', output.problems)];
  const parsed = contract.safeParse({
    name,
    version,
    title,
    input: input.schema,
    output: output.schema,
    checkedAtRunTime: [
      ...runTimePaths('input', input.checkedAtRunTime),
      ...runTimePaths('output', output.checkedAtRunTime),
    ],
    effect,
    idempotent: definition.idempotent ?? effect === 'read',
    ...(resource !== undefined && { resource }),
    duplicateWindowMs: definition.duplicateWindowMs ?? defaults.duplicateWindowMs,
    timeoutMs: definition.timeoutMs ?? ('prompt' in definition ? defaults.promptTimeoutMs : defaults.timeoutMs),
    retry: { ...defaults.retry, ...definition.retry },
    ...(undo && {
      undo: { agent: undo.agent.id, input: toMapping(undo.input({ input: tree('input'), output: tree('output') })) },
    }),
    maxOutputBytes: definition.maxOutputBytes ?? defaults.maxOutputBytes,
    ...(price && { price: { micros: Math.round(price.amount * 1e6), currency: price.currency } }),
    ...(risk !== undefined && { risk }),
    ...(ru !== undefined && { ru }),
    redact: definition.redact ?? [],
  });
  const malformed = parsed.success ? [] : shapeProblems(parsed.error.issues);
  // A lossy schema is replaced by one that accepts anything, so that what depends on the agent is still proven.
  return {
    contract: parsed.data ?? null,
    problems: within(`agents.${agent.id}`, [...lossy, ...malformed, ...checkAgentSettings(agent)]),
  };
}
