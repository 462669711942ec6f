import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modalOf } from '../../../src/channels/slack/forms.ts';
import { homeOf } from '../../../src/channels/slack/home-view.ts';
import { renderCard } from '../../../src/channels/slack/render.ts';
import { escapedWithin, fit, label, readText } from '../../../src/channels/slack/texts.ts';
import type { Card } from '../../../src/contracts/card.ts';
import { blocksOf } from '../../support/slack/blocks.ts';
import { problemsOf } from '../../support/slack/check.ts';
import { pingsIn, pingsOf } from '../../support/slack/mrkdwn.ts';
import { readBlocks } from '../../support/slack/seen.ts';
import type { Block } from '../../support/slack/types.ts';
import { viewProblems } from '../../support/slack/view-check.ts';

const hostile = [
  '<!channel> <!here> <!everyone>',
  '<@U1> <!subteam^S1> <#C1>',
  '<https://evil.test|docs> https://evil.test',
  'a & b &amp; &lt;!channel&gt;',
  '*bold* _it_ ~no~ `code` ```pre``` > quote :tada: @channel',
  '\u202Egnp.exe\u202C \u2066x\u2069',
  '\n'.repeat(10_000),
  'x'.repeat(50_000),
  '\u{1F600}'.repeat(3_000),
  '\u0000 \uD800 alone',
  '',
  '   ',
];

const cardOf = (text: string, more: Partial<Card> = {}): Card => ({
  kind: 'question',
  language: 'en',
  title: text,
  facts: [{ label: text, text }, ...Array.from({ length: 60 }, (_, at) => ({ label: `l${at}`, text }))],
  lines: Array.from({ length: 70 }, () => ({ mark: 'done' as const, text, detail: text })),
  code: 'ab12-cd34',
  buttons: [
    { verb: 'approve', label: text },
    { verb: 'reject', label: 'Reject' },
    { verb: 'edit', label: 'Edit' },
  ],
  ...more,
});

const nameOf = (id: string) => id;
const checked = ({ text, blocks }: ReturnType<typeof renderCard>) => {
  assert.deepEqual(problemsOf(blocksOf('message'), blocks, '/blocks'), []);
  assert.deepEqual([...pingsIn(blocks, '/blocks'), ...pingsOf(text, '/text')], []);
  assert.ok(text.length > 0 && text.length <= 4000, `a text of ${text.length}`);
  assert.ok(JSON.stringify(blocks).length < 40_000);
  return readBlocks(blocks as Block[], nameOf);
};

test('whatever a card says, Slack takes it, and it pings nobody', () => {
  for (const text of hostile) {
    for (const kind of ['progress', 'question', 'summary', 'notice'] as const) {
      for (const plans of [true, false]) checked(renderCard(cardOf(text, { kind }), { plans }));
    }
  }
});

test('what is foreign is shown as it is', () => {
  const text = 'a <!channel> & *b* <https://evil.test|docs>';
  const seen = checked(renderCard(cardOf(text, { facts: [{ label: 'What', text }], lines: [] }), { plans: true }));
  assert.match(seen, /What: a <!channel> & \*b\* <https:\/\/evil\.test\|docs>/);
});

test('what is cut says so, and how much there is', () => {
  const long = renderCard(cardOf('t', { facts: [{ label: 'a', text: 'y'.repeat(5000) }], lines: [] }), { plans: true });
  assert.equal(long.isCut, true);
  assert.match(checked(long), /… \(\d+ more characters\)/);
  const many = renderCard(cardOf('some words of a fact, twenty times over '.repeat(20)), { plans: true });
  assert.match(checked(many), /… and \d+ more/);
  const short = renderCard(cardOf('t', { facts: [{ label: 'a', text: 'y' }], lines: [] }), { plans: true });
  assert.equal(short.isCut, false);
  const russian = cardOf('t', { facts: [{ label: 'Run', text: 'y'.repeat(5000) }], lines: [], language: 'ru' });
  assert.match(checked(renderCard(russian, { plans: true })), /ещё \d+ знаков/);
});

test('buttons carry the code of the question alone, and are gone with it', () => {
  const { blocks } = renderCard(cardOf('t'), { plans: true });
  const actions = blocks.at(-1) as unknown as { elements: Record<string, unknown>[] };
  assert.deepEqual(
    actions.elements.map(({ action_id, value, style }) => [action_id, value, style]),
    [
      ['v1:approve', 'ab12-cd34', 'primary'],
      ['v1:reject', 'ab12-cd34', 'danger'],
      ['v1:edit', 'ab12-cd34', undefined],
    ],
  );
  const closed = renderCard(cardOf('t', { code: null }), { plans: true });
  assert.ok(closed.blocks.every(({ type }) => type !== 'actions'));
});

test('another state of a card has other names of blocks', () => {
  const names = (card: Card) => renderCard(card, { plans: true }).blocks.map(({ block_id }) => block_id);
  const [one, other] = [names(cardOf('t')), names(cardOf('u'))];
  assert.equal(new Set([...one, ...other]).size, one.length + other.length);
  assert.deepEqual(names(cardOf('t')), one);
});

test('what the channel adds to a card is in the language that the card says it is in', () => {
  const lines = [{ mark: 'running' as const, text: 'Running' }];
  const menuOf = (language: Card['language']) =>
    JSON.stringify(renderCard(cardOf('Титул', { kind: 'progress', lines, language }), { plans: true }).blocks);
  assert.match(menuOf('en'), /Cancel the run/);
  assert.match(menuOf('ru'), /Отменить запуск/);
});

test('progress is a plan whose tasks have the marks of the steps', () => {
  const marks = ['waiting', 'running', 'done', 'failed', 'skipped', 'undone', 'note'] as const;
  const lines = [...marks.map((mark) => ({ mark, text: mark })), { mark: 'running' as const, text: 'Running' }];
  const { blocks } = renderCard(cardOf('t', { kind: 'progress', lines, facts: [], code: null }), { plans: true });
  const [plan, status] = blocks as unknown as { tasks: { title: string; status: string }[]; text: { text: string } }[];
  assert.deepEqual(
    plan!.tasks.map(({ title, status: is }) => [title, is]),
    [
      ['waiting', 'pending'],
      ['running', 'in_progress'],
      ['done', 'complete'],
      ['failed', 'error'],
      ['– skipped', 'complete'],
      ['↩ undone', 'complete'],
      ['note', 'pending'],
    ],
  );
  assert.equal(status!.text.text, '… Running');
});

test('forms are taken by Slack whatever stands in them', () => {
  const field = { name: 'a', label: 'A', hint: '', initial: '', choices: null, optional: false };
  for (const text of hostile) {
    const fields = [
      { ...field, label: text, hint: text, initial: text },
      { ...field, choices: [text, 'b'], initial: 'b' },
      { ...field, choices: Array.from({ length: 101 }, (_, at) => `${at}`), optional: true },
    ];
    const view = modalOf({ title: text, fields }, { code: 'ab12-cd34', verb: 'edit' }, 'ru');
    assert.deepEqual(viewProblems(view, 'modal'), []);
    assert.deepEqual(pingsIn(view, '/view'), []);
  }
  const fields = [
    { ...field, initial: 'x'.repeat(3001) },
    { ...field, initial: 'one\ntwo' },
    { ...field, choices: ['EUR', 'USD'], initial: 'USD' },
  ];
  const { blocks } = modalOf({ title: 't', fields }, { code: 'ab12-cd34', verb: 'edit' }, 'en');
  const [, long, lines, choice] = blocks as unknown as Record<string, { text: string; multiline: boolean }>[];
  assert.match(long!.text!.text, /Too long to be edited here \(3001 characters\)/);
  assert.equal(lines!.element!.multiline, true);
  assert.match(JSON.stringify(choice), /"type":"static_select".*"initial_option".*USD/);
});

test('a Home tab has room for what there is, and counts the rest', () => {
  const many = Array.from({ length: 150 }, (_, at) => ({ code: `ab12-${at}`, run: `${at}`, title: hostile[at % 12]! }));
  const headings = { waiting: 'Waiting', running: 'Running', open: 'Open' };
  const view = homeOf(
    {
      title: 'Home',
      waiting: many,
      nothingWaits: 'Nothing',
      running: many.map((one) => ({ ...one, status: 'Running' })),
      nothingRuns: 'Nothing',
      headings,
    },
    'en',
  );
  assert.deepEqual(viewProblems(view, 'home'), []);
  assert.deepEqual(pingsIn(view, '/view'), []);
  assert.match(readBlocks(view.blocks as Block[], nameOf), /… and 110 more/);
});

test('texts are cut between characters, and say how much is missing', () => {
  const words = { cut: (count: number) => `…(${count})` };
  assert.equal(fit('abc', 3, words), 'abc');
  assert.equal(fit('abcdefghijkl', 8, words), 'abc…(9)');
  for (const max of [10, 11, 12, 13]) assert.ok(fit('\u{1F600}'.repeat(20), max, words).isWellFormed());
  assert.equal(label('a\nb   c', 10), 'a b c');
  assert.equal(label('', 10), '–');
  assert.equal(label('\u{1F600}\u{1F600}', 2), '…');
  assert.equal(escapedWithin('<<<<', 9), '&lt;&lt;…');
  assert.equal(fit('\n'.repeat(10_000), 3000, words).split('\n').length, 40);
});

test('what people write arrives as they meant it', () => {
  const cases: [string, string][] = [
    ['<@U0BATON> refund 7', 'refund 7'],
    ['<@U0BATON|baton>  pay &lt;b&gt; &amp;amp;', 'pay <b> &amp;'],
    ['ask <@U1|anna> and <@U2>', 'ask @anna and @U2'],
    ['see <https://a.test/x?y=1&amp;z=2>', 'see https://a.test/x?y=1&z=2'],
    ['see <http://a.test|a.test> or <https://b.test|the docs>', 'see http://a.test or the docs (https://b.test)'],
    ['<mailto:b@c.test|b@c.test> <tel:+1|+1>', 'b@c.test +1'],
    ['<#C1|general> <!here> <!subteam^S1|@ops> <!date^1^{date}|today>', '#general @here @ops today'],
    ['1 &lt; 2 &gt; 0', '1 < 2 > 0'],
    ['a <b> c', 'a <b> c'],
  ];
  for (const [given, meant] of cases) assert.equal(readText(given, 'U0BATON'), meant);
});
