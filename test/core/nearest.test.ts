import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest, suggestion } from '../../src/core/nearest.ts';

test('a misspelt name finds the one that was meant, and a foreign one finds none', () => {
  assert.equal(nearest('amont', ['order', 'amount', 'account']), 'amount');
  assert.equal(nearest('Amount', ['amount']), 'amount');
  assert.equal(nearest('xyz', ['order', 'amount']), null);
  assert.equal(nearest('ab', ['ac', 'aa']), 'aa', 'ties fall to the first by name');
});

test('a suggestion names what was meant, or all that there is', () => {
  assert.equal(suggestion('amont', ['amount']), 'did you mean amount?');
  assert.equal(suggestion('zzz', ['b', 'a']), 'there is a, b');
  assert.equal(suggestion('zzz', []), 'there is none');
});

test('two letters that changed places are one slip', () => {
  assert.equal(nearest('hepl', ['help', 'show']), 'help');
  assert.equal(nearest('rnu', ['run', 'why']), 'run');
  assert.equal(nearest('nur', ['run', 'why']), null);
});
