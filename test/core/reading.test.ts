import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../src/core/evolve.ts';
import { readForCards, type Sources } from '../../src/core/reading.ts';
import { peopleOf } from '../../src/core/registry/people.ts';

test('cards call people by their names, and tell two of one name apart', async () => {
  const people = peopleOf({ anna: { name: 'Anna' }, ann: { name: 'Anna' }, boris: { name: 'Boris' }, carl: {} });
  // A run that has only begun refers to nothing that would have to be read.
  const definitions = { load: async (digests: readonly string[]) => assert.deepEqual(digests, []) };
  const sources = { db: {}, definitions, people } as unknown as Sources;
  const { name } = await readForCards(sources, replay('r', []));
  assert.deepEqual(['anna', 'ann', 'boris', 'carl', 'gone'].map(name), [
    'Anna (anna)',
    'Anna (ann)',
    'Boris',
    'carl',
    'gone',
  ]);
});
