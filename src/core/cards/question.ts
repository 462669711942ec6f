/**
 * A question as people see it: first what would happen and who may say so, then the input that would be used, then what
 * was done before. Once it is closed, the same card without buttons, and how it was closed.
 */
import type { Card, CardLine } from '../../contracts/card.ts';
import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../contracts/json.ts';
import { askIn } from '../../contracts/route.ts';
import type { QuestionState, RunState } from '../state.ts';
import { changesOf, factsInFull, factsOf, plain } from './facts.ts';
import { type Material, material, nameOf, spokenOf, taskTitle } from './steps.ts';
import { shortRun } from './text.ts';
import { thoughtFacts } from './thought-facts.ts';
import { clock, moment } from './times.ts';
import { answerLines, troubleFacts } from './trouble.ts';
import { hiddenInput, type KnownToCards, type Veil, veilOf } from './veil.ts';
import { modelWordsOf, saidOf, type Words } from './words.ts';

type Fact = Card['facts'][number];

const maxNames = 8;

/** The card of one question of the run; `again` says why it is shown once more while it is open. */
export function questionCard(
  asked: QuestionState,
  state: RunState,
  known: KnownToCards,
  again: keyof Words['again'] | null = null,
): Card {
  const of = material(state, known);
  const { question, decision } = asked;
  const contract = question.subject ? known.contract(question.subject.contract) : null;
  const title = titleOf(contract, of);
  const reminder: CardLine[] = again && !decision ? [{ mark: 'waiting', text: of.words.again[again] }] : [];
  return {
    kind: 'question',
    language: of.language,
    title: of.words.questionTitles[question.kind](title),
    facts: [
      ...troubleFacts(asked, of),
      ...thoughtFacts(asked, of),
      ...header(asked, contract, of),
      ...inputFacts(asked, contract, of),
      ...evidenceFacts(asked, contract, of),
      ...editFacts(asked, contract, of),
    ],
    ...(again === null && !decision && wholeInput(asked, contract, of)),
    lines: [...reminder, ...answerLines(asked, of), ...closing(asked, of)],
    code: decision ? null : question.code,
    buttons: decision
      ? []
      : question.policy.verbs.map((verb) => ({ verb, label: of.words.buttons[saidOf(question.kind, verb)] })),
  };
}

const titleOf = (contract: Contract | null, of: Material): string =>
  contract ? plain(spokenOf(contract, of).title, of, of.words) : '';

function header(asked: QuestionState, contract: Contract | null, of: Material): Fact[] {
  const { words, state } = of;
  const { question, askedAt } = asked;
  const { policy } = question;
  const fact = (label: keyof typeof words.facts, text: string | null | undefined): Fact[] =>
    text ? [{ label: words.facts[label], text }] : [];
  return [
    ...fact('what', question.kind === 'approve' ? titleOf(contract, of) : null),
    ...fact('risk', plain((contract && spokenOf(contract, of).risk) ?? '', of, words)),
    ...fact('effect', contract && words.effects[contract.effect]),
    ...fact('run', `${taskTitle(of)} (${shortRun(state.run)})`),
    ...fact('step', question.step),
    ...fact('asks', nameOf(policy.requester.person, of)),
    ...fact('needs', question.kind === 'approve' ? words.approvals(policy.quorum) : null),
    ...fact('deciders', deciders(asked, of)),
    ...fact('code', question.code),
    ...fact('expires', question.expiresAt === null ? null : clock(question.expiresAt, askedAt, words)),
  ];
}

/** Those who may decide, as the rule on deciding one's own task leaves them. */
export function deciders({ question: { policy }, tiers }: QuestionState, of: Material): string {
  const { words } = of;
  const own = policy.requester.person;
  const open = [policy, ...policy.tiers.slice(0, tiers)];
  const roles = [...new Set(open.flatMap((tier) => tier.roles))];
  const named = [...new Set(open.flatMap(({ people }) => people))]
    .filter((person) => person !== own || policy.selfApproval !== 'never')
    .map((person) => {
      const name = nameOf(person, of);
      return person === own && policy.selfApproval === 'terminal' ? words.onlyAtTheTerminal(name) : name;
    });
  if (named.length === 0) return words.nobody;
  const names = named.slice(0, maxNames).join(', ');
  const all = named.length > maxNames ? words.andMore(names, named.length - maxNames) : names;
  return roles.length === 0 ? all : words.inRoles(all, roles.slice(0, maxNames).join(', '));
}

const veilOfInput = ({ question }: Pick<QuestionState, 'question'>, contract: Contract | null, of: Material): Veil => {
  const id = question.step?.split('[')[0] ?? '';
  return veilOf(hiddenInput(of.state, of.known, id, contract), of.secrets);
};

/** What would be sent, or what is missing, in the route's own words where it has some. */
function inputFacts(asked: QuestionState, contract: Contract | null, of: Material): Fact[] {
  const { question } = asked;
  const { subject, schema, definition } = question;
  // The input of a failed step may be what could not be built.
  if (subject && question.error && subject.input === null) return [];
  if (question.kind === 'plan' || question.kind === 'budget') return [];
  if (subject) return factsOf(subject.input, veilOfInput(asked, contract, of), of.words);
  const ask = askIn(of.known.route(definition), of.language);
  return Object.entries((schema?.properties ?? {}) as Record<string, JsonObject>).map(([field, described]) => {
    const own = Object.hasOwn(ask, field) ? ask[field] : undefined;
    return { label: of.words.facts.missing, text: plain(own ?? fieldText(field, described), of, of.words) };
  });
}

/** What is decided about, in full, where the facts show a part of it. */
function wholeInput({ question }: QuestionState, contract: Contract | null, of: Material): Pick<Card, 'whole'> {
  const { subject, kind } = question;
  if (!subject || subject.input === null || kind === 'plan' || kind === 'budget') return {};
  const whole = factsInFull(subject.input, veilOfInput({ question }, contract, of), of.words);
  return whole ? { whole } : {};
}

/** `order (string)`, for a field that nobody has put into words. */
function fieldText(field: string, { description, type }: JsonObject): string {
  const text = typeof description === 'string' ? description : type;
  return typeof text === 'string' ? `${field} (${text})` : field;
}

/** Earlier effects on the same thing. */
function evidenceFacts({ question }: QuestionState, contract: Contract | null, of: Material): Fact[] {
  const { words } = of;
  const did = titleOf(contract, of);
  return question.evidence.map(({ run, title, state: how, at }) => ({
    label: words.facts.earlier,
    text: words.evidence[how](did, shortRun(run), plain(title, of, words, 100), moment(Date.parse(at), words)),
  }));
}

/** What an edit changed: the one that closed this question, or the one that made it necessary. */
function editFacts(asked: QuestionState, contract: Contract | null, of: Material): Fact[] {
  const { question, decision } = asked;
  const edited = decision?.outcome === 'edit' ? asked : editBefore(asked, of.state);
  const before = edited?.question.subject?.input;
  const after = edited?.decision?.value;
  if (!question.subject || before === undefined || after === undefined) return [];
  const changes = changesOf(before, after, veilOfInput(asked, contract, of), of.words);
  return changes.map(({ label, text }) => ({ label: `${of.words.facts.changed}: ${label}`, text }));
}

const editBefore = ({ question }: QuestionState, state: RunState): QuestionState | undefined =>
  Object.values(state.questions).find(
    (one) =>
      one.question.step === question.step &&
      one.decision?.outcome === 'edit' &&
      one.question.subject?.revision === (question.subject?.revision ?? 0) - 1,
  );

function closing(asked: QuestionState, of: Material): CardLine[] {
  const { words } = of;
  const text = decisionText(asked, of);
  if (text === null) {
    const before = editBefore(asked, of.state);
    if (!before?.decision) return [];
    return [
      { mark: 'note', text: words.editedBy(personOf(before, of), clock(before.decidedAt, asked.askedAt, words)) },
    ];
  }
  const { outcome } = asked.decision!;
  const denied = outcome === 'reject' || outcome === 'stop' || outcome === 'expired';
  const mark = denied ? 'failed' : outcome === 'withdrawn' || outcome === 'skip' ? 'skipped' : 'done';
  return [...(asked.voided ? [{ mark: 'note' as const, text: words.voided }] : []), { mark, text }];
}

export const personOf = ({ decision }: QuestionState, of: Material): string =>
  decision?.by ? nameOf(decision.by.person, of) : of.words.nobody;

/** How the question was closed, or null while it is open: `Approved by anna at 12:03 UTC`. */
export function decisionText(asked: QuestionState, of: Material): string | null {
  if (!asked.decision) return null;
  const said = saidOf(asked.question.kind, asked.decision.outcome);
  return of.words.decided[said](personOf(asked, of), clock(asked.decidedAt, asked.askedAt, of.words));
}

/** What a question that is about no step is about. */
export const wholeOf = ({ question: { kind } }: QuestionState, words: Words): string => {
  const { about } = modelWordsOf(words);
  return kind === 'plan' || kind === 'budget' ? about[kind] : about.answer;
};
