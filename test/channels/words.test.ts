/** What the channels themselves say, beside what core gives them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slackWordsIn } from '../../src/channels/slack/language.ts';
import { telegramWords } from '../../src/channels/telegram/words.ts';

const textsOf = (words: object): string[] =>
  Object.values(words).flatMap((one: unknown) => {
    if (typeof one === 'function') return [String(one('5'))];
    return typeof one === 'object' && one !== null ? textsOf(one) : [String(one)];
  });

test('no text is empty, and no Russian one is English', () => {
  for (const words of [slackWordsIn('en'), slackWordsIn('ru'), telegramWords('en'), telegramWords('ru')])
    assert.ok(textsOf(words).every((text) => text.trim() !== '' && !/undefined/.test(text)));
  const russian = [...textsOf(slackWordsIn('ru')), ...textsOf(telegramWords('ru'))];
  // How many more there are needs no word.
  const foreign = russian.filter((text) => /\p{L}/u.test(text) && !/\p{Script=Cyrillic}/u.test(text));
  assert.deepEqual(foreign, []);
});

test('words take the form that goes with their number', () => {
  const counts = [1, 2, 5, 21, 3001];
  assert.deepEqual(counts.map(slackWordsIn('ru').cut), [
    '… (ещё 1 знак)',
    '… (ещё 2 знака)',
    '… (ещё 5 знаков)',
    '… (ещё 21 знак)',
    '… (ещё 3001 знак)',
  ]);
  assert.match(slackWordsIn('ru').tooLong(3002), /\(3002 знака\)/);
  assert.deepEqual([1, 2].map(slackWordsIn('en').cut), ['… (1 more character)', '… (2 more characters)']);
});
