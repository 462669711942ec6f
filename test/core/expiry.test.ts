import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asked, expiryOf, type Showing } from '../../src/core/expiry.ts';

const minute = 60_000;
const day = 1_440 * minute;

const showing = (conversation: string, shownAt: number | null, isWished = shownAt === null): Showing => ({
  conversation,
  shownAt,
  isWished,
});

/** Asked at 0, with a day to answer; anna is reached on her own at two addresses. */
const asked = (showings: readonly Showing[], more: Partial<Asked> = {}): Asked => ({
  askedAt: 0,
  lifeMs: day,
  expiresAt: day,
  addresses: { anna: ['telegram:1', 'slack:U1'] },
  showings,
  ...more,
});

test('what was shown within a minute ends in its time', () => {
  assert.equal(expiryOf(asked([showing('telegram:1', minute)]), day), day);
});

test('what was shown late is open for its whole time from then on, and no longer', () => {
  const late = asked([showing('telegram:1', 2 * minute)]);
  assert.equal(expiryOf(late, day), day + 2 * minute);
  assert.equal(expiryOf({ ...late, expiresAt: day + 2 * minute }, day + 2 * minute), day + 2 * minute);
});

test('of a short time a tenth is late', () => {
  const short = { lifeMs: minute, expiresAt: minute };
  assert.equal(expiryOf(asked([showing('telegram:1', 6_000)], short), minute), minute);
  assert.equal(expiryOf(asked([showing('telegram:1', 6_001)], short), minute), minute + 6_001);
});

test('the time of what nobody could be shown begins now', () => {
  assert.equal(expiryOf(asked([showing('telegram:1', null)]), day + 5), 2 * day + 5);
});

test('the first who could see it counts', () => {
  assert.equal(expiryOf(asked([showing('telegram:1', null), showing('slack:U1', 9)]), day), day);
});

test('the run’s conversation counts only where nobody who decides is reached on their own', () => {
  assert.equal(expiryOf(asked([showing('telegram:1', null), showing('slack:C9', 0)]), day), 2 * day);
  const given = showing('telegram:1', null, false);
  assert.equal(expiryOf(asked([given, showing('slack:C9', 0)]), day), day);
  assert.equal(expiryOf(asked([given, showing('slack:C9', null)]), day), 2 * day);
});

test('where nothing can be shown at all, the time is what it was', () => {
  assert.equal(expiryOf(asked([]), day), day);
  assert.equal(expiryOf(asked([showing('telegram:1', null, false)]), day), day);
});
