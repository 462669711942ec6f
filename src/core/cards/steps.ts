/** The lines of a run's steps, as progress and summary show them. */
import type { CardLine } from '../../contracts/card.ts';
import type { Contract } from '../../contracts/contract.ts';
import { isSettled, itemsOf, openQuestions, type RunState, type StepState } from '../state.ts';
import { plain } from './facts.ts';
import { skipOf } from './skipped.ts';
import { firstLine, shortRun } from './text.ts';
import { duration } from './times.ts';
import { contractNamed, type KnownToCards, secretsOf } from './veil.ts';
import { lowerFirst } from './words/plural.ts';
import { type Language, languageOf, type Words, wordsIn } from './words.ts';

const maxTitleCharacters = 120;
const maxNameCharacters = 100;

/** What a card is made of. */
export interface Material {
  state: RunState;
  known: KnownToCards;
  language: Language;
  words: Words;
  secrets: readonly string[];
}

export function material(state: RunState, known: KnownToCards): Material {
  // What was not understood is answered in the language in which it seems to be written.
  const language = state.route ? state.language : languageOf(state.task.text);
  return { state, known, language, words: wordsIn(language), secrets: secretsOf(state, known) };
}

/** The task's first line. */
export const taskTitle = (of: Material): string =>
  plain(firstLine(of.state.task.text), of, of.words, maxTitleCharacters) || of.words.noTask;

/** How a person is called. A name is never a secret, and may not be mistaken for one. */
export const nameOf = (person: string, { known, words }: Pick<Material, 'known' | 'words'>): string =>
  plain(known.name(person), { secrets: [] }, words, maxNameCharacters);

/** The title of a step: its agent's, or its own reference while nothing is known of its agent. */
export function stepTitle(of: Material, ref: string): string {
  const [id = '', item] = ref.split(/[[\]]/);
  const contract = contractOf(of, id);
  const title = contract ? spokenOf(contract, of).title : id;
  return plain(item === undefined ? title : `${title} [${item}]`, of, of.words, maxTitleCharacters);
}

/** What is said of a contract, in the language of the run where it has words of it. */
export const spokenOf = (contract: Contract, { state }: Material): Pick<Contract, 'title' | 'risk'> =>
  state.language === 'ru' ? { ...contract, ...contract.ru } : contract;

/** The contract of a step of the plan. */
export function contractOf({ state, known }: Material, id: string): Contract | null {
  const agent = state.plan?.steps.find((step) => step.id === id)?.agent;
  return contractNamed(state, known, agent);
}

/** One line a step, in the order of the plan; the items of a `forEach` step are counted. */
export const stepLines = (of: Material): CardLine[] =>
  (of.state.plan?.steps ?? []).map(({ id }) => stepLine(of, of.state.steps[id]!));

/** The line of one step, or of one item. */
export function stepLine(of: Material, step: StepState): CardLine {
  const { state, words } = of;
  const items = step.items === null ? [] : itemsOf(state, step);
  const count = step.items === null ? '' : ` ${words.items(items.filter(isSettled).length, items.length)}`;
  const about = items.length > 0 ? items : [step];
  const details = [...new Set(about.flatMap((one) => detailsOf(of, one)))];
  const shown = details.length > 3 ? [...details.slice(0, 3), '…'] : details;
  const took = tookOf(step, about);
  const detail = [...(took === null ? [] : [duration(took, words)]), ...shown].join(', ');
  return { mark: markOf(step, about), text: `${stepTitle(of, step.ref)}${count}`, ...(detail !== '' && { detail }) };
}

/** The mark of a step; of a `forEach` step, that of the item which says most. */
function markOf(step: StepState, about: readonly StepState[]): CardLine['mark'] {
  const is = (test: (one: StepState) => boolean) => about.some(test);
  if (is(({ undo }) => undo.status === 'failed') || is(({ status }) => status === 'failed')) return 'failed';
  if (is(({ status }) => status === 'waiting')) return 'waiting';
  if (is(({ undo }) => undo.status === 'running') || is(({ status }) => status === 'running')) return 'running';
  if (step.status === 'skipped') return 'skipped';
  if (about.every(({ status }) => status === 'compensated')) return 'undone';
  if (about.every(isSettled)) return is(({ status }) => status === 'compensated') ? 'undone' : 'done';
  return step.status === 'running' ? 'running' : 'waiting';
}

function tookOf(step: StepState, about: readonly StepState[]): number | null {
  const starts = about.flatMap(({ attempts }) => attempts.map(({ startedAt }) => startedAt));
  const ends = about.flatMap(({ settledAt }) => (settledAt > 0 ? [settledAt] : []));
  if (starts.length === 0 || ends.length === 0 || !isSettled(step)) return null;
  return Math.max(...ends) - Math.min(...starts);
}

function detailsOf(of: Material, step: StepState): string[] {
  const { state, words } = of;
  const asked = openQuestions(state).find(({ question }) => question.step === step.ref);
  const uncertain = step.status === 'failed' && step.attempts.some(({ end }) => end === 'unknown');
  const undo = { none: [], running: [words.undoing], done: [words.undone], failed: [words.undoFailed] }[
    step.undo.status
  ];
  return [
    ...(step.error ? [lowerFirst(words.failures[step.error.code])] : []),
    ...(uncertain && step.undo.status === 'none' ? [words.uncertain] : []),
    ...(asked ? [words.waitsFor(asked.question.code)] : []),
    ...waitDetail(step, of),
    ...(step.status === 'running' && step.attempts.length > 1 ? [words.attempt(step.attempts.length)] : []),
    ...skipDetail(step, of),
    ...(step.outputBy ? [words.outputBy(nameOf(step.outputBy.person, of))] : []),
    ...undo,
    ...(step.undo.error ? [lowerFirst(words.failures[step.undo.error.code])] : []),
  ];
}

/** What is allowed and has not begun, since other runs have the same in hand. Nobody is asked, so that it must be said. */
export function waitDetail({ ref, resource, status }: StepState, { state, words }: Material): string[] {
  const isAsked = openQuestions(state).some(({ question }) => question.step === ref);
  const goesOn = !state.finished && !state.failing && !state.cancelled;
  if (!goesOn || status !== 'pending' || !resource || resource.held || isAsked) return [];
  const runs = resource.evidence.flatMap((one) => (one.state === 'in_hand' ? [shortRun(one.run)] : []));
  return runs.length > 0 ? [words.waitsForRun([...new Set(runs)].join(', '))] : [];
}

function skipDetail(step: StepState, of: Material): string[] {
  const skip = skipOf(step, of.state);
  if (!skip) return [];
  if (skip.because !== 'person') return [of.words.skipped[skip.because]];
  const by = skip.asked.decision?.by;
  return [of.words.skippedBy(by ? nameOf(by.person, of) : of.words.nobody)];
}
