import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptVerdict } from '../../src/cli/prompt.ts';
import { readVerdict } from '../../src/cli/verdict.ts';
import { type EscalationKind, verbsOf } from '../../src/contracts/escalation.ts';
import type { JsonSchema } from '../../src/contracts/json.ts';
import type { QuestionState } from '../../src/core/state.ts';

const asked = (kind: EscalationKind, schema: JsonSchema = {}): QuestionState =>
  ({ question: { kind, schema, policy: { verbs: verbsOf[kind] } } }) as unknown as QuestionState;

/** Somebody who types these lines and goes away. */
function person(...lines: (string | null)[]) {
  const heard: string[] = [];
  const ask = async (question: string) => {
    heard.push(question);
    return lines.shift() ?? null;
  };
  return { heard, ask };
}

test('a verb may be cut short where it is clear, and is asked again where it is not one', async () => {
  const { heard, ask } = person('perhaps', 'app');
  assert.deepEqual(await promptVerdict(asked('approve'), ask, {}), { verb: 'approve' });
  assert.deepEqual(heard, Array(2).fill('approve / reject / edit / later > '));
});

test('whoever says later, nothing, or leaves, decides nothing', async () => {
  for (const line of ['later', '', null]) {
    assert.equal(await promptVerdict(asked('approve'), person(line).ask, {}), null);
  }
});

test('an edit is asked for as JSON until it is some, and an empty line goes back', async () => {
  const { ask } = person('edit', '{oops', '', 'edit', '{"a":1}');
  assert.deepEqual(await promptVerdict(asked('approve'), ask, {}), { verb: 'edit', value: { a: 1 } });
});

test('missing fields are asked one by one in the words of the route; a text stays a text', async () => {
  const schema = { properties: { order: { type: 'string' }, count: { type: 'integer' }, urgent: { type: 'boolean' } } };
  const { heard, ask } = person('1042', '3', 'true');
  const verdict = await promptVerdict(asked('answer', schema), ask, { order: 'Which order?' });
  assert.deepEqual(verdict, { verb: 'answer', value: { order: '1042', count: 3, urgent: true } });
  assert.deepEqual(
    heard,
    ['Which order?', 'count', 'urgent'].map((words) => `${words} (empty: later) > `),
  );
  assert.equal(await promptVerdict(asked('answer', schema), person('1042', '').ask, {}), null);
});

test('an answer on the command line carries a value where it must, and only there', () => {
  assert.deepEqual(readVerdict('edit:{"a":"b:c"}', 'x'), { verb: 'edit', value: { a: 'b:c' } });
  assert.deepEqual(readVerdict('approve', 'x'), { verb: 'approve' });
  assert.throws(() => readVerdict('edit', 'x'), /edit needs a value/);
  assert.throws(() => readVerdict('approve:{}', 'x'), /approve takes no value/);
  assert.throws(() => readVerdict('\u001b[31m', 'x'), /\[U\+001B\]/);
});
