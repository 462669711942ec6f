/** The calculator in a chat. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardLine } from '../../../src/contracts/card.ts';
import { readSaid } from '../../../src/core/console/read.ts';
import { room } from './room.ts';

const textOf = (card: { facts: { label: string; text: string }[]; lines: { text: string }[] } | undefined) => [
  ...card!.facts.map(({ label, text }) => `${label}: ${text}`),
  ...card!.lines.map(({ text }) => text),
];
/** Intl writes spaces that do not break. */
const plainly = (lines: string[]) => lines.map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '));

test('two numbers are an estimate in either language; anything else that begins so is a task', () => {
  for (const text of ['estimate 200 5', '/estimate 200 5', '/estimate@baton_bot 200 5', 'Смета 200 5', 'оценка 200 5'])
    assert.deepEqual(readSaid(text), { kind: 'estimate', given: ['200', '5'] });
  for (const [text, given] of [
    ['estimate', []],
    ['смета -3 5', ['-3', '5']],
    ['estimate 200', ['200']],
    ['/estimate many few', ['many', 'few']],
  ] as const)
    assert.deepEqual(readSaid(text), { kind: 'estimate', given });
  for (const text of [
    'estimate the damage of order 17',
    'оценка поставщика Ромашка',
    'estimate 200 tasks a day please',
  ])
    assert.deepEqual(readSaid(text), { kind: 'text', text });
  assert.deepEqual(readSaid('estmate'), { kind: 'nearly', word: 'estmate', meant: 'estimate' });
});

test('the card has tokens and money by provider, low, expected and high, and says what is assumed', async () => {
  await using at = await room();
  const { outcome, run, reply } = await at.say('carl', 'estimate 200 5');
  assert.deepEqual([outcome, run], ['estimate', null]);
  assert.equal(reply!.card!.title, '200 tasks a day of 5 steps each: what a month costs');
  assert.deepEqual(textOf(reply!.card), [
    'A month: 6,000 tasks and 30,000 steps on 30 days',
    'Tokens: 42.4M / 93.2M / 305M',
    "People's minutes: 300 / 2,700 / 24,000",
    'openai: 71.54 / 182.17 / 645.15 USD',
    'openai, a million tokens: 1.69 / 1.95 / 2.12 USD',
    'gigachat: 12,447.24 / 37,822.84 / 155,739.90 RUB',
    'gigachat, a million tokens: 293.43 / 405.65 / 510.66 RUB',
    'Three numbers are low / expected / high',
    'Assumed, not measured: 0 runs of the last 30 days asked models, and it takes 20',
    'A task is a call each to understand, plan and close it; models close 20 / 40 / 80 % of the steps; 1 / 5 / 15 % of the calls are made twice, 50 / 25 / 0 % of the input is cached',
    'People are asked 5 / 15 / 40 times in 100 tasks, and take 1 / 3 / 10 minutes each time',
    "Not priced, and so left out: people's minutes, support, development, once",
    'Prices of openai: the newest from 2026-10-26, second hand',
    'Prices of gigachat: the newest from 2026-02-01, unofficial: nobody stands by them',
    'An estimate is not a bill',
  ]);
  for (const line of reply!.card!.lines) cardLine.parse(line);
  assert.equal((await at.world.desk.runs(10)).length, 0);
});

test('in Russian it counts as Russian does, in the thread of a run too, with what the configuration prices', async () => {
  const rub = (amount: number) => ({ amount, currency: 'RUB' });
  const estimate = { minute: rub(12.5), minutesPerEscalation: 4, support: rub(30_000), development: rub(400_000) };
  await using at = await room({ estimate: { ...estimate, rate: 92.5 } });
  await at.say('carl', 'refund 1042 500');
  await at.memory.until((channel) => channel.in('memory:room').find(({ card }) => card.kind === 'question'));
  const { outcome, reply } = await at.say('carl', 'смета 21 2', { inThread: true });
  assert.equal(outcome, 'estimate');
  assert.equal(reply!.card!.title, '21 задача в день по 2 шага: сколько стоит месяц');
  const said = plainly(textOf(reply!.card));
  for (const line of [
    'Месяц: 630 задач и 1 260 шагов за 30 дней',
    'Токены: 4,02 млн / 7,96 млн / 21,9 млн',
    'openai, люди: 17,03 / 51,08 / 136,22 USD = 1 575,00 / 4 725,00 / 12 600,00 RUB',
    'openai, поддержка: 324,32 USD = 30 000,00 RUB',
    'gigachat, разработка, один раз: 400 000,00 RUB = 4 324,32 USD',
    'Вопросов людям на 100 задач: 5 / 15 / 40; минут на каждый: 4',
    'Предположения, не измерено: запусков с обращением к моделям за 30 дней – 0, а нужно 20',
    '92,50 RUB за один USD',
  ])
    assert.ok(said.includes(line), `${line} in\n${said.join('\n')}`);
  assert.ok(!said.some((line) => line.startsWith('Без цены')));
  const title = async (text: string) => (await at.say('carl', text)).reply!.card!.title;
  assert.equal(await title('смета 1 1'), '1 задача в день по 1 шагу: сколько стоит месяц');
  assert.equal(await title('смета 103 5'), '103 задачи в день по 5 шагов: сколько стоит месяц');
  assert.equal(await title('estimate 1 1'), '1 task a day of 1 step each: what a month costs');
});

test('what is no such number is answered with how it is called, and nothing is begun', async () => {
  await using at = await room();
  const usage = 'Like this: estimate 200 5 – tasks a day, up to 100,000, and steps a task, from 1 to 100.';
  for (const text of [
    'estimate',
    'estimate 200',
    'estimate 200 0',
    'estimate -1 5',
    'estimate 1e5 5',
    'estimate 200001 5',
  ])
    assert.equal((await at.say('carl', text)).reply!.line, usage);
  const { reply } = await at.hand('carl', {
    kind: 'said',
    text: 'смета 5 много',
    about: null,
    inThread: false,
    language: 'ru',
  });
  assert.match(reply!.line, /^Нужно так: смета 200 5/);
  assert.equal((await at.world.desk.runs(10)).length, 0);
  const help = (await at.say('carl', 'help')).reply!.card!.facts.find(({ label }) => label === 'estimate');
  assert.match(help!.text, /estimate 200 5/);
});
