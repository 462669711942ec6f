/** Whole runs in a world without a database: thousands of plans, crashes and answers, and what must hold in each. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { simulate } from '../support/simulation.ts';
import { assertLaws, branchesOf } from '../support/simulation-laws.ts';
import { noTrouble, scenarios, type Trouble, troubles } from '../support/simulation-scenario.ts';

/** Where only the fact of a failure counts, the smallest example is not looked for. */
const endOnFailure = process.env.BATON_TEST_MUTANT !== undefined;
const fixedSeed = 20_261;
const randomSeed = Math.floor(Math.random() * 2 ** 31);
const reached: Record<string, number> = {};

after(() => console.log(`random seed of the simulation: ${randomSeed}`));

for (const [name, seed, numRuns] of [
  ['fixed', fixedSeed, 2_500],
  ['random', randomSeed, 500],
] as const) {
  test(`whatever crashes, comes late or comes twice, every law holds (${name} seed)`, () => {
    fc.assert(
      fc.property(scenarios(false), troubles, (scenario, trouble) => {
        const trace = simulate(scenario, trouble);
        assertLaws(trace);
        for (const [branch, times] of Object.entries(branchesOf(trace))) {
          if (name === 'fixed') reached[branch] = (reached[branch] ?? 0) + times;
        }
      }),
      { seed, numRuns, endOnFailure },
    );
  });
}

test('every rare branch was reached with the fixed seed', () => {
  const missed = Object.entries(reached).filter(([, times]) => times === 0);
  assert.deepEqual(missed, []);
  assert.ok(Object.keys(reached).length > 30);
});

test('crashes, repeats and reorderings do not change how a run ends when repeats are harmless', () => {
  const disturbed = troubles.map((trouble): Trouble => ({ ...trouble, cancelAt: null, tampered: [] }));
  fc.assert(
    fc.property(scenarios(true), disturbed, (scenario, trouble) => {
      const calm = simulate(scenario, noTrouble);
      const rough = simulate(scenario, trouble);
      assertLaws(rough);
      assert.ok(calm.state.finished);
      assert.equal(rough.state.finished?.status, calm.state.finished.status);
      assert.deepEqual(rough.state.finished?.answer, calm.state.finished.answer);
    }),
    { seed: fixedSeed, numRuns: 600, endOnFailure },
  );
});

test('the same scenario and the same trouble give the same journal', () => {
  fc.assert(
    fc.property(scenarios(false), troubles, (scenario, trouble) => {
      assert.deepEqual(simulate(scenario, trouble).entries, simulate(scenario, trouble).entries);
    }),
    { seed: fixedSeed, numRuns: 50, endOnFailure },
  );
});
