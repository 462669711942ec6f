/** Cards as Telegram's HTML: everything escaped, within its length, and never without what matters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUpdate } from '../../../src/channels/telegram/read.ts';
import { renderCard } from '../../../src/channels/telegram/render.ts';
import type { Card } from '../../../src/contracts/card.ts';

const card = (more: Partial<Card>): Card => ({
  kind: 'question',
  title: 'Title',
  facts: [],
  lines: [],
  code: 'abcd-efgh',
  buttons: [{ verb: 'approve', label: 'Approve' }],
  ...more,
});

test('whatever people write is text, and never markup', () => {
  const { html } = renderCard(card({ title: '<b>&"', facts: [{ label: 'a<', text: '</i><a href="x">' }] }), '…');
  assert.equal(html, '<b>&lt;b&gt;&amp;&quot;</b>\n<i>a&lt;: </i>&lt;/i&gt;&lt;a href=&quot;x&quot;&gt;');
});

test('a card that is longer than a message keeps its head and its end, and says that there is more', () => {
  const facts = Array.from({ length: 400 }, (_, i) => ({ label: `field ${i}`, text: '😀'.repeat(20) }));
  const lines = [{ mark: 'done' as const, text: 'Approved by Anna' }];
  const { text, whole } = renderCard(card({ facts, lines }), 'see the file');
  assert.ok(text.length <= 4_096, String(text.length));
  assert.match(text, /^Title\nfield 0: /);
  assert.match(text, /✓ Approved by Anna\nsee the file$/);
  assert.ok(text.isWellFormed());
  assert.match(whole!, /field 399/);
});

test('a long value is cut between characters', () => {
  const { text } = renderCard(card({ facts: [{ label: 'x', text: 'a' + '😀'.repeat(2_000) }] }), '…');
  assert.ok(text.isWellFormed());
});

test('buttons name their question and fit into what the platform carries', () => {
  const { keyboard } = renderCard(card({}), '…');
  assert.deepEqual(keyboard, [[{ text: 'Approve', callback_data: 'v1:approve:abcd-efgh' }]]);
});

test('what does not read throws, and nothing else does', () => {
  const read = (raw: unknown) => readUpdate(raw, { id: 1, username: 'b', readsAll: false }, () => null);
  for (const raw of [null, 7, {}, { update_id: 1, message: 3 }, { update_id: 'x' }]) assert.throws(() => read(raw));
  assert.equal(read({ update_id: 1, poll: {} }).kind, 'nothing');
});
