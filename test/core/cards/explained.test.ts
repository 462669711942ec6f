/** Cards of whole simulated runs, at every commit: whatever happens, it can be shown and explained. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Card } from '../../../src/contracts/card.ts';
import type { Entry } from '../../../src/contracts/event.ts';
import { progressCard } from '../../../src/core/cards/progress.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import { material } from '../../../src/core/cards/steps.ts';
import { summaryCard } from '../../../src/core/cards/summary.ts';
import { whyCard } from '../../../src/core/cards/why.ts';
import { notesOf } from '../../../src/core/cards/why-step.ts';
import { replay } from '../../../src/core/evolve.ts';
import { type RunState, type StepState, workOf } from '../../../src/core/state.ts';
import { simulate, type Trace } from '../../support/simulation.ts';
import { scenarios, troubles } from '../../support/simulation-scenario.ts';

const seed = 20_262;

/** The same run, told in Russian. */
const inRussian = (entries: readonly Entry[]): Entry[] =>
  entries.map((entry) => ({
    ...entry,
    events: entry.events.map((event) => (event.type === 'understood' ? { ...event, language: 'ru' } : event)),
  }));

const knownIn = ({ known }: Trace) => ({ ...known, name: (person: string) => person });

function cardsOf(state: RunState, entries: readonly Entry[], trace: Trace): Card[] {
  const known = knownIn(trace);
  return [
    progressCard(state, known),
    summaryCard(state, known),
    whyCard(state, known, entries),
    ...Object.values(state.questions).map((asked) => questionCard(asked, state, known, 'reminded')),
  ];
}

test('every card of every run can be made at every commit, in both languages', () => {
  fc.assert(
    fc.property(scenarios(false), troubles, (scenario, trouble) => {
      const trace = simulate(scenario, trouble);
      for (const entries of [trace.entries, inRussian(trace.entries)]) {
        for (let seq = 1; seq <= entries.length; seq += 1) {
          const before = entries.slice(0, seq);
          const cards = JSON.stringify(cardsOf(replay('r', before), before, trace));
          assert.doesNotMatch(cards, /undefined|NaN|\[object|"text":""|"title":""/);
        }
      }
    }),
    { seed, numRuns: 60 },
  );
});

/** The words that a note needs to have explained a step that ended so. */
const wordsFor = ({ error }: StepState): RegExp => {
  const said = { rejected: /Rejected by/, expired: /Expired/, stopped: /Stopped by/ } as const;
  return Object.hasOwn(said, error!.code) ? said[error!.code as keyof typeof said] : new RegExp(`\\(${error!.code}\\)`);
};

test('why explains every step: what failed, what was skipped, what was tried again, what was asked', () => {
  fc.assert(
    fc.property(scenarios(false), troubles, (scenario, trouble) => {
      const trace = simulate(scenario, trouble);
      const { state } = trace;
      const of = material(state, knownIn(trace));
      for (const step of workOf(state)) {
        const notes = notesOf(step, of, []);
        const count = (test: RegExp) => notes.filter((note) => test.test(note)).length;
        const repeats = step.attempts.filter(({ error }, i) => error && step.attempts[i + 1]).length;
        assert.equal(count(/^tried again, since/), repeats, `${step.ref} was tried again`);
        if (step.error) assert.ok(count(wordsFor(step)) > 0, `${step.ref} failed: ${step.error.code}: ${notes}`);
        if (step.status === 'skipped') assert.ok(count(/skipped/i) > 0, `${step.ref} was skipped`);
        if (step.item === null && step.attempts.length > 0) assert.ok(notes.length > 0, `${step.ref} was called`);
        for (const { question } of Object.values(state.questions)) {
          if (question.step === step.ref) assert.ok(count(new RegExp(question.code)) === 1, `${question.code} is told`);
        }
      }
    }),
    { seed, numRuns: 400 },
  );
});

test('a summary has a row for every effect of the report', () => {
  const labels = ['Undone', 'Could not be undone', 'Stands', 'Needs a person'];
  fc.assert(
    fc.property(scenarios(false), troubles, (scenario, trouble) => {
      const trace = simulate(scenario, trouble);
      const report = trace.state.finished?.report;
      const rows = summaryCard(trace.state, knownIn(trace)).facts.filter(({ label }) => labels.includes(label));
      const refs = report ? [...report.undone, ...report.stands, ...report.needsPerson] : [];
      // Of more than ten of a kind the rest is one row.
      if (refs.length <= 10) assert.equal(rows.length, refs.length);
    }),
    { seed, numRuns: 400 },
  );
});
