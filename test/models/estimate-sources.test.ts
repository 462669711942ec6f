/** The calculator quotes sizes of this repository as sources: they are counted here, with a real tokenizer. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tiktoken } from 'js-tiktoken/lite';
import ranks from 'js-tiktoken/ranks/o200k_base';
import type { Enquiry } from '../../src/contracts/model.ts';
import { inputOf } from '../../src/core/estimate/basis.ts';
import { statements } from '../../src/core/estimate/statements.ts';
import { createRegistry } from '../../src/core/registry.ts';
import { loadConfiguration } from '../../src/load.ts';
import { intakeQuestion } from '../../src/models/intake.ts';
import { planQuestion } from '../../src/models/planning.ts';
import { root } from '../support/documents.ts';

const { routes, agents } = createRegistry(
  await loadConfiguration(join(root, 'baton.config.ts'), { databaseUrl: 'postgres://localhost/none', env: {} }),
);
const contractsOf = (ids: readonly string[]) => ids.map((id) => agents.get(id)!.contract);

const tokenizer = new Tiktoken(ranks);
const tokensIn = (of: unknown): number =>
  tokenizer.encode(typeof of === 'string' ? of : JSON.stringify(of), 'all').length;
const asked = ({ instructions, input, schema }: Enquiry): number =>
  tokensIn(instructions) + tokensIn(input) + tokensIn(schema);

const load = { tasksPerDay: 1, stepsPerTask: 1, date: '2026-11-25' };
const said = statements(inputOf(load, { tables: [], definition: {}, models: {}, use: null }));
const numbersOf = (key: string): number[] =>
  (said.find((one) => one.key === key)!.source.match(/\d[\d,]*/g) ?? []).map((text) => Number(text.replace(',', '')));

function isNear(quoted: number[], counted: number[]): void {
  assert.equal(quoted.length, counted.length);
  for (const [i, count] of counted.entries())
    assert.ok(Math.abs(quoted[i]! - count) <= count / 20, `${quoted[i]} is said, and it is ${count}`);
}

test('what is said of the size of questions and plans is what they have here', () => {
  const views = [...routes.values()].map(({ route, data }) => ({
    ...{ name: data.name, title: data.title, description: data.description, fields: data.fields },
    patterns: route.patterns,
    agents: data.plan ? [] : contractsOf(data.agents),
  }));
  isNear(numbersOf('intake'), [asked(intakeQuestion('', views))]);

  const all = [...routes.values()].map(({ data }) => data);
  const questions = all.map(({ name, fields, agents: ids }) =>
    asked(
      planQuestion({
        ...{ route: name, goal: '', fields: {}, language: 'en', fixed: null, attempted: [] },
        agents: contractsOf(ids),
        fieldsSchema: fields,
      }),
    ),
  );
  const plans = all.flatMap(({ plan }) => (plan ? [tokensIn(plan)] : []));
  isNear(
    numbersOf('planning'),
    [questions, plans].flatMap((of) => [Math.min(...of), Math.max(...of)]),
  );
});

test('what is said of agents that are models, and of contracts, is what there is here', () => {
  const models = [...routes.values()].map(({ data }) => ({
    models: data.agents.filter((id) => 'prompt' in agents.get(id)!.agent.definition).length,
    all: data.agents.length,
  }));
  const thinking = models.filter((one) => one.models > 0);
  assert.deepEqual(numbersOf('modelSteps'), [thinking[0]!.models, thinking[0]!.all]);
  assert.equal(thinking.length, 1);
  const sizes = [...agents.values()].map(({ contract: { input, output } }) => JSON.stringify([input, output]).length);
  isNear(numbersOf('steps'), [Math.min(...sizes), Math.max(...sizes)]);
});
