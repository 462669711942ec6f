/**
 * What nobody may see. A contract's `redact` paths hide their place in that agent's own input and output, every place
 * to which the plan hands such a value on, and the value itself wherever else it turns up in a text: in the task, in an
 * error, in what another agent gave.
 */
import type { Contract } from '../../contracts/contract.ts';
import { type Decision, givesOutput, type Question } from '../../contracts/escalation.ts';
import type { Json } from '../../contracts/json.ts';
import { isReference, isTemplate, type Mapping, type PlanStep, referencesOf } from '../../contracts/plan.ts';
import { titleOf } from '../../contracts/task.ts';
import type { Known } from '../move.ts';
import { lookUp } from '../resolve.ts';
import type { AttemptState, RunState } from '../state.ts';
import { wordsIn } from './words.ts';

/** What a veil is made of. */
type Definitions = Pick<Known, 'contract' | 'content'>;

export interface KnownToCards extends Definitions, Pick<Known, 'route'> {
  /** How a person is called; their id when nothing else is known of them. */
  name(person: string): string;
}

export type Path = readonly string[];

/** What of one value is hidden: the paths, and the values that are secret wherever they stand. */
export interface Veil {
  hides(path: Path): boolean;
  secrets: readonly string[];
}

/** Shorter secrets are hidden in their places only: in running text they would hide innocent words. */
const minSecretCharacters = 4;

export const redactions = (contract: Contract | null, side: 'input' | 'output'): Path[] =>
  (contract?.redact ?? []).map((path) => path.split('.')).flatMap(([head, ...rest]) => (head === side ? [rest] : []));

const same = (a: string, b: string): boolean =>
  a === b || (a === '*' && /^(\d+|\*)$/.test(b)) || (b === '*' && /^\d+$/.test(a));

const leads = (prefix: Path, path: Path): boolean =>
  prefix.length <= path.length && prefix.every((part, i) => same(part, path[i]!));

export const veilOf = (hidden: readonly Path[], secrets: readonly string[]): Veil => ({
  hides: (path) => hidden.some((one) => leads(one, path)),
  secrets,
});

/** The contract of an agent that the run is pinned to, or null before it is planned. */
export function contractNamed(state: RunState, known: Definitions, agent: string | undefined): Contract | null {
  const pinned = agent === undefined ? undefined : state.contracts[agent];
  return pinned === undefined ? null : known.contract(pinned);
}

/** The path that a reference reads, with an item's replaced by its list's. */
function pathRead(ref: string, step: PlanStep | null): Path {
  const parts = ref.split('.');
  return parts[0] === 'item' && step?.forEach ? [...step.forEach.in.$ref.split('.'), '*', ...parts.slice(1)] : parts;
}

/** Every hidden place among the outputs of the plan's steps, as paths of references. */
function hiddenOutputs(state: RunState, known: KnownToCards): Path[] {
  return (state.plan?.steps ?? []).flatMap((step) =>
    redactions(contractNamed(state, known, step.agent), 'output').map((path) => [
      ...['steps', step.id, 'output'],
      ...(step.forEach ? ['*'] : []),
      ...path,
    ]),
  );
}

/** The places of a mapping's value to which a hidden value is handed on. */
function handedOn(mapping: Mapping, step: PlanStep | null, hidden: readonly Path[], at: Path = []): Path[] {
  if (mapping === null || typeof mapping !== 'object') return [];
  if (isReference(mapping)) {
    const read = pathRead(mapping.$ref, step);
    if (hidden.some((one) => leads(one, read))) return [at];
    return hidden.filter((one) => leads(read, one)).map((one) => [...at, ...one.slice(read.length)]);
  }
  if (isTemplate(mapping)) {
    const read = referencesOf(mapping).map((ref) => pathRead(ref, step));
    return read.some((path) => hidden.some((one) => leads(one, path) || leads(path, one))) ? [at] : [];
  }
  return Object.entries(mapping).flatMap(([key, inner]) => handedOn(inner, step, hidden, [...at, key]));
}

/** What is hidden in a step's input. */
export function hiddenInput(state: RunState, known: KnownToCards, stepId: string, contract: Contract | null): Path[] {
  const step = state.plan?.steps.find(({ id }) => id === stepId) ?? null;
  const own = redactions(contract, 'input');
  return step ? [...own, ...handedOn(step.input, step, hiddenOutputs(state, known))] : own;
}

/** What is hidden in what a person said: an input, or an output, of one call or of a whole list. */
export function hiddenInDecision(
  state: RunState,
  { step }: Question,
  { outcome }: Decision,
  contract: Contract,
): Path[] {
  if (!givesOutput(outcome)) return redactions(contract, 'input');
  const entry = state.plan?.steps.find(({ id }) => id === step);
  return redactions(contract, 'output').map((path) => (entry?.forEach ? ['*', ...path] : path));
}

/** What is hidden in the run's answer. */
export const hiddenAnswer = (state: RunState, known: KnownToCards): Path[] =>
  state.plan ? handedOn(state.plan.answer, null, hiddenOutputs(state, known)) : [];

/** All scalars at a path of a value. */
function scalarsAt(value: Json | undefined, path: Path): string[] {
  if (value === undefined || value === null || typeof value === 'boolean') return [];
  const [head, ...rest] = path;
  if (typeof value !== 'object') return head === undefined ? [String(value)] : [];
  if (head === undefined || head === '*') return Object.values(value).flatMap((inner) => scalarsAt(inner, rest));
  return Object.hasOwn(value, head) ? scalarsAt((value as Record<string, Json>)[head], rest) : [];
}

/** The values at hidden places of everything that this run has seen, longest first. */
export function secretsOf(state: RunState, known: Definitions): string[] {
  const found: string[] = [];
  const look = (value: Json | undefined, hidden: readonly Path[]) => {
    for (const path of hidden) found.push(...scalarsAt(value, path));
  };
  const tried = (attempt: AttemptState) => {
    const contract = contractNamed(state, known, attempt.agent);
    if (!contract || contract.redact.length === 0) return;
    look(known.content(attempt.input), redactions(contract, 'input'));
    if (attempt.output) look(known.content(attempt.output), redactions(contract, 'output'));
  };
  for (const step of Object.values(state.steps))
    for (const one of [...step.attempts, ...step.undo.attempts]) tried(one);
  for (const { question, decision } of Object.values(state.questions)) {
    if (!question.subject) continue;
    const contract = known.contract(question.subject.contract);
    look(question.subject.input, redactions(contract, 'input'));
    if (decision) look(decision.value, hiddenInDecision(state, question, decision, contract));
  }
  for (const { ref, rest } of hiddenFields(state, known)) {
    found.push(
      ...scalarsAt(
        lookUp(ref, () => state.fields),
        rest,
      ),
    );
  }
  return [...new Set(found)].filter(({ length }) => length >= minSecretCharacters).sort((a, b) => b.length - a.length);
}

/** What lists call a run whose text holds what nobody may see; null when it does not, and the text itself may stand. */
export function veiledTitle(state: RunState, known: Definitions): string | null {
  const { text } = state.task;
  const { hidden } = wordsIn(state.language);
  const veiled = secretsOf(state, known).reduce((at, secret) => at.replaceAll(secret, hidden), text);
  return veiled === text ? null : titleOf(veiled);
}

/** A part of the task's fields: the reference that reads it, and the path from there. */
interface FieldPart {
  ref: string;
  rest: Path;
}

/** Parts of the task's fields that the plan puts into a hidden place of an input: they stand in the task's text too. */
const hiddenFields = (state: RunState, known: Definitions): FieldPart[] =>
  (state.plan?.steps ?? []).flatMap((step) =>
    redactions(contractNamed(state, known, step.agent), 'input').flatMap((path) => {
      let at: Mapping | undefined = step.input;
      let rest = path;
      while (rest.length > 0 && typeof at === 'object' && at !== null && !isReference(at) && !isTemplate(at)) {
        at = (at as Record<string, Mapping>)[rest[0]!];
        rest = rest.slice(1);
      }
      const refs = at === undefined ? [] : referencesOf(at).filter((ref) => ref.startsWith('task.fields'));
      return refs.map((ref) => ({ ref, rest }));
    }),
  );

/** Whether a reference of a step reads anything that nobody may see. */
export function isHidden(state: RunState, known: KnownToCards, ref: string, step: PlanStep): boolean {
  const read = pathRead(ref, step);
  const hidden = [
    ...hiddenOutputs(state, known),
    ...hiddenFields(state, known).map((part) => [...part.ref.split('.'), ...part.rest]),
  ];
  return hidden.some((path) => leads(path, read) || leads(read, path));
}
