/**
 * How a run came to where it is, in plain words: what it was taken for, how it was planned, and for each step what it
 * came after, why it ran, was skipped or failed, and who allowed it. Nothing is asked but the journal.
 */
import type { Card, CardLine } from '../../contracts/card.ts';
import type { Entry } from '../../contracts/event.ts';
import { itemsOf, type RunState, type StepState } from '../state.ts';
import { plain, reasonText } from './facts.ts';
import { decisionText, wholeOf } from './question.ts';
import { standInTexts } from './spent.ts';
import { type Material, material, nameOf, stepLine, taskTitle } from './steps.ts';
import { outcomeOf } from './summary.ts';
import { shortRun } from './text.ts';
import type { KnownToCards } from './veil.ts';
import { type Late, notesOf } from './why-step.ts';
import { modelWordsOf } from './words.ts';

/** So many items of a list are told one by one; of the others the step's own line speaks. */
const maxItems = 5;

/** `entries` is the journal of which `state` was made. */
export function whyCard(state: RunState, known: KnownToCards, entries: readonly Entry[]): Card {
  const of = material(state, known);
  const { facts } = of.words;
  const events = entries.flatMap((entry) => entry.events);
  const late = entries.flatMap(({ at, events: made }) =>
    made.flatMap((event) => (event.type === 'late_result' ? [{ at, ref: event.ref, attempt: event.attempt }] : [])),
  );
  return {
    kind: 'notice',
    language: of.language,
    title: outcomeOf(of),
    facts: [
      { label: facts.task, text: taskTitle(of) },
      { label: facts.run, text: shortRun(state.run) },
      { label: facts.asks, text: nameOf(state.task.requester.person, of) },
    ],
    lines: [
      ...routeLines(of),
      ...planLines(of, events.findLast((event) => event.type === 'planned')?.provider ?? ''),
      ...(state.plan?.steps ?? []).flatMap(({ id }) => storyOf(state.steps[id]!, of, late)),
      ...endLines(of),
    ],
    code: null,
    buttons: [],
  };
}

const note = (text: string): CardLine => ({ mark: 'note', text });

/** What the task was taken for, and by whom; null before that. */
export function recognisedText(of: Material): string | null {
  const { state, known, words } = of;
  if (!state.route) return null;
  const route = known.route(state.route.definition);
  const { title } = (state.language === 'ru' && route.ru) || route;
  return words.why.recognised(plain(title, of, words), plain(state.route.provider, of, words));
}

function routeLines(of: Material): CardLine[] {
  const { state, words } = of;
  const recognised = recognisedText(of);
  if (recognised === null) return [];
  const said = Object.values(state.questions).flatMap((asked) =>
    asked.question.step === null
      ? [words.decisionOn(decisionText(asked, of) ?? words.waitsFor(asked.question.code), wholeOf(asked, words))]
      : [],
  );
  const refused = state.thought.refused.map(({ by, findings }) =>
    modelWordsOf(words).refused(plain(by, of, words), findings.length),
  );
  return [recognised, ...standInTexts(of), ...refused, ...said].map(note);
}

function planLines({ state, known, words }: Material, provider: string): CardLine[] {
  if (!state.plan || !state.route) return [];
  if (state.short) return [note(words.why.short)];
  const isFixed = known.route(state.route.definition).plan !== null;
  return [note(words.why.planned(state.plan.steps.length, state.revision, isFixed ? null : provider))];
}

function storyOf(step: StepState, of: Material, late: readonly Late[]): CardLine[] {
  const own = (one: StepState): CardLine[] => notesOf(one, of, late).map(note);
  if (step.items === null) return [stepLine(of, step), ...own(step)];
  const telling = itemsOf(of.state, step).filter((item) => isTelling(item, of.state));
  return [
    stepLine(of, step),
    ...own(step),
    ...telling.slice(0, maxItems).flatMap((item) => [stepLine(of, item), ...own(item)]),
    ...(telling.length > maxItems ? [note(of.words.moreElements(telling.length - maxItems))] : []),
  ];
}

/** Something became of it that did not of the others. */
const isTelling = (item: StepState, { questions }: RunState): boolean =>
  item.attempts.length > 1 ||
  item.undo.status !== 'none' ||
  ['failed', 'skipped', 'waiting'].includes(item.status) ||
  Object.values(questions).some(({ question }) => question.step === item.ref);

function endLines(of: Material): CardLine[] {
  const { state, words } = of;
  if (!state.failing) return [];
  const isCancelled = state.failing.error.code === 'cancelled';
  const by = state.cancelled?.by;
  const cancelled = by ? words.cancelledBy(nameOf(by.person, of)) : words.outcomes.cancelled;
  return [
    { mark: 'failed', text: isCancelled ? cancelled : words.why.failing(reasonText(state.failing.error, of, words)) },
    ...(state.compensating && Object.values(state.steps).some(({ undo }) => undo.status !== 'none')
      ? [note(words.why.takenBack)]
      : []),
  ];
}
