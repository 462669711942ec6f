import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '../../src/contracts/json.ts';
import type { RouteView } from '../../src/contracts/model.ts';
import { createRules } from '../../src/models/rules.ts';
import { thinkingFor } from '../support/thinking.ts';

const rules = createRules();
const thinking = thinkingFor();
const route = (name: string, patterns: RegExp[], properties: Record<string, JsonSchema> = {}): RouteView => ({
  name,
  title: name,
  description: '',
  fields: { type: 'object', properties },
  patterns,
  agents: [],
});
const understand = (text: string, ...routes: RouteView[]) => rules.understand({ text, routes }, thinking);
const fieldOf = async (schema: JsonSchema, words: string) =>
  (await understand(`is <${words}>`, route('r', [/<(?<value>.*)>/], { value: schema }))).fields.value;

test('the first route in order one of whose patterns matches is the route', async () => {
  const routes = [route('refund', [/^no$/, /refund/i]), route('all', [/.*/])];
  assert.equal((await understand('Refund 1', ...routes)).route, 'refund');
  assert.equal((await understand('other', ...routes)).route, 'all');
  assert.deepEqual(await understand('x', route('refund', [/y/])), {
    route: null,
    fields: {},
    language: 'en',
    onePass: null,
    by: 'rules',
  });
});

test('named groups become fields, trimmed; what did not match or is empty is left out', async () => {
  const pattern = /order(?<order> ?\d*)(?: for (?<who>\w+))?/;
  const view = route('r', [pattern], { order: { type: 'string' }, who: { type: 'string' } });
  assert.deepEqual((await understand('order 1042', view)).fields, { order: '1042' });
  assert.deepEqual((await understand('order  for me', view)).fields, { who: 'me' });
});

test('words become numbers only where nobody could read them otherwise', async () => {
  const cases: [string, string, number | undefined][] = [
    ['integer', '1042', 1042],
    ['integer', '-3', -3],
    ['integer', '1.5', undefined],
    ['integer', '99999999999999999999', undefined],
    ['integer', 'two', undefined],
    ['number', '10,5', 10.5],
    ['number', '10.5', 10.5],
    ['number', '1,042', undefined],
    ['number', '0x10', undefined],
    ['number', '1e3', undefined],
    ['number', '9'.repeat(400), undefined],
    ['number', '12 kg', undefined],
  ];
  for (const [type, words, value] of cases) assert.equal(await fieldOf({ type }, words), value, `${type} ${words}`);
});

test('yes and no are booleans in both languages', async () => {
  for (const words of ['yes', 'Да', 'TRUE']) assert.equal(await fieldOf({ type: 'boolean' }, words), true);
  for (const words of ['no', 'Нет', 'false']) assert.equal(await fieldOf({ type: 'boolean' }, words), false);
  assert.equal(await fieldOf({ type: 'boolean' }, 'maybe'), undefined);
});

test('a choice is one of the schema’s, whatever its letter case; a nullable type is its other type', async () => {
  const size = { type: 'string', enum: ['Small', 'large'] };
  assert.equal(await fieldOf(size, 'SMALL'), 'Small');
  assert.equal(await fieldOf(size, 'huge'), undefined);
  assert.equal(await fieldOf({ anyOf: [{ type: 'integer' }, { type: 'null' }] }, '5'), 5);
  assert.equal(await fieldOf({ type: ['number', 'null'] }, '5'), 5);
  assert.equal(await fieldOf({ anyOf: [{ type: 'integer' }, { type: 'string' }] }, '5'), undefined);
  assert.equal(await fieldOf({ type: 'array' }, '5'), undefined);
});

test('any Cyrillic letter makes the language Russian', async () => {
  assert.equal((await understand('верни order 1')).language, 'ru');
  assert.equal((await understand('vérni order 1')).language, 'en');
});

test('a pattern with state gives the same answer each time', async () => {
  const view = route('r', [/a(?<b>\d)/g]);
  for (let i = 0; i < 3; i += 1) assert.deepEqual((await understand('a1', view)).fields, { b: '1' });
});

test('a pattern sees no more of a text than the longest task has', async () => {
  assert.equal((await understand(`${' '.repeat(4_000)}refund`, route('r', [/refund/]))).route, null);
  assert.equal((await understand(`${' '.repeat(3_994)}refund`, route('r', [/refund/]))).route, 'r');
});

test('the plan is the route’s own, or none', async () => {
  const fixed = { goal: 'g', steps: [{ id: 'a', agent: 'x@1', input: {} }], answer: null };
  const nothing = { fields: {}, fieldsSchema: {}, agents: [], attempted: [] };
  const request = { route: 'r', goal: 'g', language: 'en' as const, ...nothing };
  assert.equal((await rules.plan({ ...request, fixed }, thinking))?.plan, fixed);
  assert.equal(await rules.plan({ ...request, fixed: null }, thinking), null);
});

test('nothing is done once it is stopped', async () => {
  const stopped = thinkingFor(AbortSignal.abort());
  await assert.rejects(rules.understand({ text: 'x', routes: [] }, stopped), { name: 'AbortError' });
});
