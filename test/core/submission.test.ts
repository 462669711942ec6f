import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Submission } from '../../src/contracts/task.ts';
import { readSubmission } from '../../src/core/submission.ts';

const given = (text: string, more: Partial<Submission> = {}): Submission => ({
  source: 'terminal',
  key: 'k',
  task: { text, requester: { person: 'operator', via: 'terminal' }, conversation: null },
  ...more,
});

test('what is no task is told in words, with what is wrong with it', () => {
  const told = (of: Submission, message: string) =>
    assert.throws(() => readSubmission(of), { code: 'usage', message: `This is no task: ${message}.` });
  told(given(' \n'), 'text is empty');
  told(given('x'.repeat(4_001)), 'text has more than 4000 characters');
  told(given('x', { key: '' }), 'key is empty');
  told(given('x', { key: 'k'.repeat(201) }), 'key has more than 200 characters');
});

test('a task is kept without what a database cannot hold', () => {
  assert.equal(readSubmission(given(' refund\u0000 1042 ')).task.text, 'refund\uFFFD 1042');
});
