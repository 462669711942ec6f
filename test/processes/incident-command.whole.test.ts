/** The incident as a fresh clone has it: the sample service, the shipped configuration, the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baton, codeIn } from '../cli/command.ts';
import { testDatabase } from '../support/database.ts';

test('the sample service is looked into, restarted with a word, and well again', async () => {
  await using database = await testDatabase();
  const { code, out, err } = await baton(database.url, ['run', 'Check the sample service', '--decide', 'approve']);
  assert.equal(code, 0, err);
  assert.match(out, /May this happen\? Restart the service/);
  assert.match(out, /evidence +sample\/api: HTTP 503 in \d+ ms/);
  assert.match(out, /Risk +Whoever is using the service/);
  assert.match(out, /sample\/api: down, now healthy \(HTTP 200/);
});

test('the question outlives the process that asked it, and another one goes on from there', async () => {
  await using database = await testDatabase();
  const asked = await baton(database.url, ['run', 'Проверь учебный сервис']);
  assert.equal(asked.code, 3, asked.err);
  assert.match(asked.out, /Перезапустить сервис/);
  const decided = await baton(database.url, ['decide', codeIn(asked.out), 'approve']);
  assert.equal(decided.code, 0, decided.err);
  assert.match(decided.out, /sample\/api: down, now healthy/);
});

test('what the configuration does not list is refused with the line that would allow it', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['run', 'Check https://shop.example']);
  assert.equal(code, 1);
  assert.match(out, /add 'shop\.example' to network\.allow in the configuration/);
});
