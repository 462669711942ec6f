import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card } from '../../../src/contracts/card.ts';
import { errorCodes } from '../../../src/contracts/error.ts';
import { type EscalationKind, escalationKinds, verbsOf } from '../../../src/contracts/escalation.ts';
import { runStatuses } from '../../../src/contracts/run.ts';
import { moneyText } from '../../../src/core/cards/money.ts';
import { noticeCard } from '../../../src/core/cards/notice.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import { clock, duration, moment } from '../../../src/core/cards/times.ts';
import { consoleWordsIn, wordsIn } from '../../../src/core/cards/words.ts';
import { asked, begun, known, noon, onlyQuestion, question, tell } from './story.ts';

const [en, ru] = [wordsIn('en'), wordsIn('ru')];

test('Russian words take the form that goes with their number', () => {
  const said = [1, 2, 5, 11, 21, 102, 1_000].map((count) => ru.moreFields(count).replaceAll('\u00a0', ' '));
  assert.deepEqual(said, [
    '… ещё 1 значение',
    '… ещё 2 значения',
    '… ещё 5 значений',
    '… ещё 11 значений',
    '… ещё 21 значение',
    '… ещё 102 значения',
    '… ещё 1 000 значений',
  ]);
  assert.deepEqual([1, 2, 5, 21].map(ru.approvals), ['Одно одобрение', '2 одобрения', '5 одобрений', '21 одобрение']);
  assert.equal(ru.moreCharacters(3), '… ещё 3 символа');
  assert.equal(ru.moreElements(4), '… ещё 4 элемента');
});

test('English words take the form that goes with their number', () => {
  assert.deepEqual(
    [1, 2, 21].map((count) => en.moreCharacters(count)),
    ['… 1 more character', '… 2 more characters', '… 21 more characters'],
  );
});

test('what a person is told in a chat takes the form that goes with its number too', () => {
  const { waiting, status } = consoleWordsIn('ru');
  assert.deepEqual([1, 2, 5, 21].map(waiting), [
    '1 вопрос ждёт вашего ответа',
    '2 вопроса ждут вашего ответа',
    '5 вопросов ждут вашего ответа',
    '21 вопрос ждёт вашего ответа',
  ]);
  assert.equal(status(2, 5), 'Выполняется: 2 запуска; ждёт вас: 5 вопросов');
});

test('times, durations and money are written as the language writes them', () => {
  assert.equal(moment(noon, en), '2026-11-22 12:00 UTC');
  assert.equal(moment(noon, ru), '22.11.2026 12:00 UTC');
  assert.equal(clock(noon + 86_400_000, noon, ru), '23.11.2026 12:00 UTC');
  assert.equal(clock(noon + 60_000, noon, ru), '12:01 UTC');
  const lengths = [340, 4_230, 59_960, 200_000, 190_800_000];
  assert.deepEqual(
    lengths.map((ms) => duration(ms, en)),
    ['340 ms', '4.2 s', '1 min', '3 min 20 s', '2 d 5 h'],
  );
  assert.deepEqual(
    lengths.map((ms) => duration(ms, ru)),
    ['340 мс', '4,2 с', '1 мин', '3 мин 20 с', '2 д 5 ч'],
  );
  const money = { minor: 1_290_005, currency: 'EUR' };
  assert.equal(moneyText(money, en), '12,900.05 EUR');
  assert.equal(moneyText(money, ru), '12\u00a0900,05 EUR');
  assert.equal(moneyText({ minor: -500, currency: 'JPY' }, ru), '-500 JPY');
});

/** Every text of a catalogue, functions called with what is a number and a text. */
function textsOf(words: object): string[] {
  return Object.values(words).flatMap((one: unknown) => {
    if (typeof one === 'function') return [String(one('5', '6', '7', '8'))];
    return typeof one === 'object' && one !== null ? textsOf(one) : [String(one)];
  });
}

test('no text is empty, and no Russian one is English', () => {
  for (const words of [en, ru, consoleWordsIn('en'), consoleWordsIn('ru')])
    assert.ok(textsOf(words).every((text) => text.trim() !== '' && !/undefined/.test(text)));
  const words = textsOf([
    { ...ru, locale: '' },
    { ...consoleWordsIn('ru'), home: '', form: {} },
  ]).filter((text) => /\p{L}/u.test(text));
  assert.deepEqual(
    words.filter((text) => !/\p{Script=Cyrillic}/u.test(text)),
    [],
  );
});

for (const language of ['en', 'ru'] as const) {
  const words = wordsIn(language);
  const told = (...events: Parameters<typeof tell>) => tell(...begun(undefined, language), ...events);

  test(`every kind of question has a card and buttons of its own (${language})`, () => {
    const cardOf = (kind: EscalationKind) => {
      const policy = { ...question().policy, verbs: [...verbsOf[kind]] };
      const state = told(
        asked({ kind, policy, ...(kind === 'answer' && { step: null, subject: null, digest: null }) }),
      );
      return questionCard(onlyQuestion(state), state, known);
    };
    const cards = escalationKinds.map(cardOf);
    assert.equal(new Set(cards.map(({ title }) => title)).size, escalationKinds.length);
    for (const { buttons } of cards) assert.equal(new Set(buttons.map(({ label }) => label)).size, buttons.length);
  });

  test(`every status of a run and every failure has a text of its own (${language})`, () => {
    assert.equal(new Set(runStatuses.map((status) => words.status[status])).size, runStatuses.length);
    assert.equal(new Set(errorCodes.map((code) => words.failures[code])).size, errorCodes.length);
  });
}

test('a late answer is told in the language of the message, as far as anybody can tell', () => {
  assert.equal(noticeCard('not_allowed', 'Верни деньги').title, 'У вас нет на это прав');
  assert.equal(noticeCard('not_allowed', 'abcd-efgh').title, 'You may not do this here');
  assert.equal(noticeCard('toString', null).title, 'Your message could not be handled');
});

test('a card says which language it is in, and one that was kept before cards said so is read as English', () => {
  const kept = noticeCard('not_allowed', 'Верни деньги');
  assert.equal(kept.language, 'ru');
  const { language, ...before } = kept;
  assert.equal(card.parse(before).language, 'en');
});
