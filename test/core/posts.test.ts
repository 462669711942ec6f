import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/contracts/event.ts';
import { changeOf } from '../../src/core/changes.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { asked, begun, decided, noon, question, tell } from './cards/story.ts';

const purposes = (before: ReturnType<typeof tell>, event: Event) => {
  const after = evolveAll(before, [event], noon);
  const writing = { epoch: 1, at: noon, commit: 'c', release: null, title: null };
  return changeOf(before, after, [event], writing).posts.map(({ purpose }) => purpose);
};

test('a question is shown when it is asked, when it is decided, and when its approval is void', () => {
  const before = tell(...begun());
  const open = tell(...begun(), asked());
  const approved = tell(...begun(), asked(), decided('approve'));
  const shown = ['progress', `question:${question().id}`];
  assert.deepEqual(purposes(before, asked()), shown);
  assert.deepEqual(purposes(open, decided('approve')), shown);
  assert.deepEqual(purposes(approved, { type: 'voided', v: 1, ref: 'pay', escalation: question().id }), shown);
});

test('every message of a question is shown anew, those that remind of it as well', () => {
  const { id } = question();
  const reminded: Event = { type: 'reminded', v: 1, escalation: id };
  const raised: Event = { type: 'raised', v: 1, escalation: id, tiers: 2 };
  const longer: Event = { type: 'extended', v: 1, signal: 's', escalation: id, until: 9 };
  const shown = ['progress', `question:${id}`];
  const open = tell(...begun(), asked());
  assert.deepEqual(purposes(open, longer), shown);
  assert.deepEqual(purposes(open, reminded), [...shown, `reminder:${id}`]);
  assert.deepEqual(purposes(open, raised), [...shown, `reminder:${id}:1`, `reminder:${id}:2`]);
  const late = tell(...begun(), asked(), reminded, raised);
  const all = [...shown, `reminder:${id}`, `reminder:${id}:1`, `reminder:${id}:2`];
  assert.deepEqual(purposes(late, decided('approve')), all);
});
