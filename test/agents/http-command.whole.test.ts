/** An HTTP agent in a configuration file, from the command line to a real API and back. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { baton } from '../cli/command.ts';
import { testDatabase } from '../support/database.ts';
import { emptyFolder } from '../support/documents.ts';
import { serve } from './server.ts';

const configuration = (origin: string, allow: string[]) => `
import { defineAgent, defineConfig, defineRoute } from 'baton';
import { z } from 'zod';

const weather = defineAgent({
  name: 'weather.now',
  title: 'Ask for the weather',
  effect: 'read',
  input: z.strictObject({ city: z.string() }),
  output: z.strictObject({ degrees: z.number() }),
  http: {
    method: 'GET',
    url: '${origin}/now/{{input.city}}',
    headers: { authorization: 'Bearer {{secrets.WEATHER_TOKEN}}' },
    output: ({ output }) => ({ degrees: output.body.now.degrees }),
    reason: ({ output }) => output.body.error,
  },
});

export default defineConfig(() => ({
  network: { allow: ${JSON.stringify(allow)} },
  routes: [
    defineRoute({
      name: 'weather',
      title: 'The weather',
      description: 'Says how warm it is.',
      fields: z.strictObject({ city: z.string() }),
      patterns: [/weather in (?<city>.+)/i],
      plan: (p) =>
        p.step('now', weather, ({ task }) => ({ city: task.city })).answer(({ steps }) => ({ degrees: steps.now.degrees })),
      questions: { deciders: { people: ['operator'] } },
    }),
  ],
  people: { operator: {} },
}));
`;

const secret = 'tok-weather-1';

test('an API of the configuration is asked with its secret, and its answer and its reasons are shown', async () => {
  await using database = await testDatabase();
  await using server = await serve((request, response) => {
    const isKnown = request.url === '/now/S%C3%A3o%20Paulo' && request.headers.authorization === `Bearer ${secret}`;
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? { now: { degrees: 24 }, more: [1] } : { error: 'No such city.' }));
  });
  using folder = emptyFolder();
  folder.write('baton.config.ts', configuration(server.origin, [`127.0.0.1:${server.port}`]));
  const call = (...line: string[]) =>
    baton(database.url, [...line, '--config', join(folder.path, 'baton.config.ts')], {
      env: { WEATHER_TOKEN: secret, BATON_LOG_LEVEL: 'debug' },
    });
  const known = await call('run', 'The weather in São Paulo');
  assert.equal(known.code, 0, known.err);
  assert.match(known.out, /degrees +24/);
  const unknown = await call('run', 'The weather in Nowhere');
  assert.equal(unknown.code, 1, unknown.err);
  assert.match(unknown.out, /No such city\./);
  assert.doesNotMatch(known.out + known.err + unknown.out + unknown.err, new RegExp(secret));
});

test('without its secret, or at an address that is not allowed, nothing starts, and it is said what to do', async () => {
  await using database = await testDatabase();
  using folder = emptyFolder();
  folder.write('baton.config.ts', configuration('http://127.0.0.1:9', []));
  const file = ['--config', join(folder.path, 'baton.config.ts')];
  for (const line of [['run', 'The weather in Rome'], ['doctor']]) {
    const { code, out, err } = await baton(database.url, [...line, ...file]);
    assert.equal(code, 2, out + err);
    assert.match(out + err, /the environment has no WEATHER_TOKEN/);
    assert.match(out + err, /add '127\.0\.0\.1:9' to network\.allow/);
  }
});
