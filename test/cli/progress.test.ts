import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newsOf } from '../../src/cli/progress.ts';
import { material } from '../../src/core/cards/steps.ts';
import { asked, begun, contended, decided, known, tell } from '../core/cards/story.ts';

test('an approval that has to wait for another run says so at once: nothing follows for as long as that takes', () => {
  const before = [...begun(), contended, asked({ evidence: contended.evidence })];
  const approved = decided('approve');
  const of = material(tell(...before, approved), known);
  assert.deepEqual(newsOf(approved, of), {
    mark: 'done',
    text: 'Approved by anna at 12:05 UTC',
    detail: 'waits until run beefbeef has done the same or has let go of it',
  });
});
