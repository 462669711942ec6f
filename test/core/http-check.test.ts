import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { createAddressGuard } from '../../src/agents/address-guard.ts';
import { createHttpTransporter, type HttpOptions } from '../../src/agents/http.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import { BatonError, type Problem } from '../../src/contracts/error.ts';
import type { Http } from '../../src/contracts/http.ts';
import { assertReachable } from '../../src/core/registry/reach.ts';
import { createRegistry } from '../../src/core/registry.ts';

const input = z.strictObject({
  order: z.string(),
  note: z.string().optional(),
  amount: z.strictObject({ minor: z.int(), currency: z.string() }),
  tags: z.array(z.string()),
});
const output = z.strictObject({ id: z.string(), total: z.number(), note: z.string().optional() });
type Declared = Http<z.infer<typeof input>, z.infer<typeof output>>;

const whole: Declared = {
  method: 'POST',
  url: 'https://api.example/orders/{{input.order}}?currency={{input.amount.currency}}',
  headers: { authorization: 'Bearer {{secrets.SHOP_TOKEN}}', 'x-order': '{{input.order}}' },
  query: ({ input }) => ({ tag: input.tags, note: input.note }),
  body: ({ input }) => ({ amount: input.amount, note: input.note }),
  output: ({ output }) => ({ id: output.body.id, total: output.body.sums.total, note: output.headers['x-note'] }),
  reason: ({ output }) => output.body.error,
};
const registryOf = (more: Partial<Declared>) =>
  createRegistry({
    routes: [],
    agents: [
      defineAgent({ name: 'shop.order', title: 'Order', input, output, effect: 'read', http: { ...whole, ...more } }),
    ],
    people: {},
  });
const problemsOf = (work: () => unknown): Problem[] => {
  try {
    work();
    return [];
  } catch (error) {
    assert.ok(error instanceof BatonError);
    assert.equal(error.code, 'config_invalid');
    return error.problems;
  }
};
const told = (more: Partial<Declared>): string[] =>
  problemsOf(() => registryOf(more)).map(
    ({ code, path, hint }) => `${code} ${path.replace('agents.shop.order@1.http.', '')}: ${hint}`,
  );

test('a declaration that holds is taken', () => {
  assert.deepEqual(told({}), []);
  assert.deepEqual(
    told({ body: ({ input }) => input, query: ({ input }) => ({ order: input.order, fixed: [1, true] }) }),
    [],
  );
});

test('what is wrong with a declaration is told at its place', () => {
  const cases: [Partial<Declared>, RegExp][] = [
    [{ method: 'SEND' as 'GET' }, /^malformed method/],
    [{ url: 'api.example/orders' }, /^http_invalid url: .*whole http\(s\) address/],
    [{ url: 'https://{{input.order}}/' }, /^http_invalid url: .*no value may choose where to send/],
    [{ url: 'https://api.{{input.order}}.example/' }, /^http_invalid url: .*literal/],
    [{ url: 'https://user:pw@api.example/' }, /^http_invalid url: no name or password/],
    [{ url: 'https://api.example/{{input.ordr}}' }, /^http_invalid url: input.ordr: .*order/],
    [{ url: 'https://api.example/{{input.note}}' }, /^http_invalid url: .*input.note may be missing/],
    [{ url: 'https://api.example/{{input.amount}}' }, /^http_invalid url: .*input.amount is/],
    [{ url: 'https://api.example/{{secrets.SHOP_TOKEN}}' }, /^http_invalid url: a secret belongs in a header/],
    [{ url: 'https://api.example/{{input.order' }, /^http_invalid url: braces do not match/],
    [{ headers: { 'a b': 'x' } }, /^http_invalid headers\.a b: no header/],
    [{ headers: { Host: 'x' } }, /^http_invalid headers\.Host: Host is written by Baton/],
    [{ headers: { x: '{{input.note}}' } }, /^http_invalid headers\.x: .*may be missing/],
    [{ headers: { x: '{{env.X}}' } }, /^http_invalid headers\.x: env\.X/],
    [{ query: ({ input }) => ({ amount: input.amount }) }, /^http_invalid query\.amount/],
    [{ query: () => 'x' }, /^http_invalid query/],
    [
      { body: ({ input }) => ({ order: (input as never as { ordr: string }).ordr }) },
      /^http_invalid body\.order: input\.ordr leads nowhere/,
    ],
    [{ method: 'GET' }, /^http_invalid body: GET has no body/],
    [{ form: ({ input }) => ({ a: input.order }) }, /^http_invalid form: a request has one body/],
    [{ body: undefined as never, text: '{{input.amount}}' }, /^http_invalid text/],
    [
      { output: ({ output }) => ({ id: output.body.id }) as never },
      /^http_invalid output\.total: takes number, which is missing/,
    ],
    [{ output: ({ output }) => ({ id: 5, total: output.body.t }) as never }, /^http_invalid output\.id/],
    [
      { output: ({ output }) => ({ id: (output as never as { boddy: string }).boddy, total: 1 }) },
      /^http_invalid output\.id: output\.boddy leads nowhere/,
    ],
    [{ statuses: { done: [404], refused: [404] } }, /^http_invalid statuses: 404 is listed twice/],
    [{ statuses: { done: [99] } }, /^malformed statuses\.done/],
    [{ redirects: 99 }, /^malformed redirects/],
  ];
  for (const [more, expected] of cases) {
    const all = told(more);
    assert.ok(
      all.some((one) => expected.test(one)),
      `${expected}\n${all.join('\n') || '(nothing)'}`,
    );
    assert.doesNotMatch(all.join('\n'), /user:pw/);
  }
});

test('a secret that is not there, or that no header can carry, and an address that is not allowed stop the start', () => {
  const reach = (options: HttpOptions, more: Partial<Declared> = {}) =>
    problemsOf(() => assertReachable(registryOf(more), [createHttpTransporter(options)])).map(
      ({ code, path }) => `${code} ${path}`,
    );
  const secrets = () => 'tok';
  assert.deepEqual(reach({ secrets }), []);
  assert.deepEqual(reach({}), ['secret_missing agents.shop.order@1.http.headers.authorization']);
  assert.deepEqual(reach({ secrets: () => '' }), ['secret_missing agents.shop.order@1.http.headers.authorization']);
  assert.deepEqual(reach({ secrets: () => 'tok\n' }), [
    'secret_unusable agents.shop.order@1.http.headers.authorization',
  ]);
  const url = 'http://10.0.0.1:8080/';
  assert.deepEqual(reach({ secrets }, { url }), ['address_refused agents.shop.order@1.http.url']);
  assert.deepEqual(reach({ secrets, guard: createAddressGuard({ allow: ['10.0.0.1:8080'] }) }, { url }), []);
});
