import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonSchema } from '../../src/contracts/json.ts';
import { readMoney } from '../../src/core/cards/money.ts';
import { consoleWordsIn, wordsIn } from '../../src/core/cards/words.ts';
import { formOf, type Subject } from '../../src/core/forms/fields.ts';

const money = {
  type: 'object',
  properties: { minor: { type: 'integer', minimum: 1 }, currency: { type: 'string' } },
  required: ['minor', 'currency'],
  additionalProperties: false,
};
const schema: JsonSchema = {
  type: 'object',
  properties: {
    order: { type: 'string' },
    amount: money,
    to: {
      type: 'object',
      properties: { name: { type: 'string' }, token: { type: 'string' } },
      required: ['name', 'token'],
    },
    count: { type: 'integer' },
    kind: { enum: ['gift', 'sale'] },
    note: { type: 'string' },
  },
  required: ['order', 'amount', 'to', 'count', 'kind'],
  additionalProperties: false,
};
const base: Json = {
  order: '1042',
  amount: { minor: 12_900, currency: 'EUR' },
  to: { name: 'Maria', token: 's3cret' },
  count: 2,
  kind: 'gift',
};
const form = (of: Partial<Subject> = {}) =>
  formOf({
    schema,
    base,
    veil: { hides: (path) => path.join('.') === 'to.token', secrets: [] },
    ask: { order: 'Which order?' },
    words: consoleWordsIn('en').form,
    cardWords: wordsIn('en'),
    ...of,
  });
const typed = (changes: Record<string, string>, of = form()) =>
  of.read(of.fields.map(({ name, initial }) => changes[name] ?? initial));

test('an edit shows each leaf with what is there, money as one, and nothing that is hidden', () => {
  assert.deepEqual(
    form().fields.map(({ name, initial, hint }) => [name, initial, hint]),
    [
      ['order', '1042', 'Which order?'],
      ['amount', '129.00 EUR', 'an amount and its currency: 129.00 EUR'],
      ['to.name', 'Maria', ''],
      ['to.token', '', 'hidden; leave it empty to keep it'],
      ['count', '2', 'a whole number'],
      ['kind', 'gift', 'one of gift, sale'],
      ['note', '', ''],
    ],
  );
});

test('what is there and hidden may be left empty, as what is optional may', () => {
  const optional = form().fields.filter((field) => field.optional);
  assert.deepEqual(
    optional.map(({ name }) => name),
    ['to.token', 'note'],
  );
});

test('only what was changed is sent, and what is hidden stays as it is', () => {
  assert.deepEqual(typed({}), { same: true });
  assert.deepEqual(typed({ amount: '50 eur' }), { value: { amount: { minor: 5_000, currency: 'EUR' } } });
  assert.deepEqual(typed({ 'to.name': 'Eva' }), { value: { to: { name: 'Eva', token: 's3cret' } } });
});

test('a field that is not sent back stays as it is', () => {
  const of = form();
  const back = (changes: Record<string, string>) => of.read(of.fields.map(({ name }) => changes[name] ?? null));
  assert.deepEqual(back({}), { same: true });
  assert.deepEqual(back({ count: '3' }), { value: { count: 3 } });
  assert.deepEqual(of.read([]), { same: true });
});

test('what does not fit is told at its field', () => {
  const wrong = (changes: Record<string, string>) => {
    const read = typed(changes);
    assert.ok('wrong' in read);
    return [...read.wrong].map(([at, text]) => [form().fields[at]!.name, text.replace(/,.*/, '')]);
  };
  assert.deepEqual(wrong({ amount: 'much' }), [['amount', 'must be an amount and its currency']]);
  assert.deepEqual(
    wrong({ amount: '-1 EUR' }).map(([name]) => name),
    ['amount'],
  );
  assert.deepEqual(wrong({ count: 'two' }), [['count', 'must be integer']]);
  assert.deepEqual(
    wrong({ kind: 'loan' }).map(([name]) => name),
    ['kind'],
  );
});

test('a value that is made anew must have what it needs, and leaves out what it may', () => {
  const anew = form({ base: undefined, veil: { hides: () => false, secrets: [] } });
  const read = anew.read(anew.fields.map(() => ''));
  assert.ok('wrong' in read);
  assert.deepEqual([...read.wrong.keys()].map((at) => anew.fields[at]!.name).sort(), [
    'amount',
    'count',
    'kind',
    'order',
    'to.name',
  ]);
  const whole = { order: '1', amount: '1,290.00 EUR', 'to.name': 'Eva', 'to.token': 't', count: '1', kind: 'sale' };
  assert.deepEqual(typed(whole, anew), {
    value: {
      order: '1',
      amount: { minor: 129_000, currency: 'EUR' },
      to: { name: 'Eva', token: 't' },
      count: 1,
      kind: 'sale',
    },
  });
});

test('money reads as people of both languages write it', () => {
  assert.deepEqual(readMoney('129.00 EUR'), { minor: 12_900, currency: 'EUR' });
  assert.deepEqual(readMoney('1\u00a0290,5 eur'), { minor: 129_050, currency: 'EUR' });
  assert.deepEqual(readMoney('1,290 JPY'), { minor: 1_290, currency: 'JPY' });
  assert.deepEqual(readMoney('-5 EUR'), { minor: -500, currency: 'EUR' });
  for (const text of ['129', '12.345,6.7 EUR', '1.234567 EUR', 'EUR', '1 2 3 EUR'])
    assert.equal(readMoney(text), null, text);
});
