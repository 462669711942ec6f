import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainWords } from '../../../src/models/plain-words.ts';

const facts =
  'Order 77 at https://shop.example/orders/77 for ann@shop.example, by @anna. /status shows 129.00 EUR; C:/x';
const words = (text: string, max = 600) => plainWords(text, facts, max);

test('links, addresses, mentions and commands stay only where the facts have them', () => {
  const cases: [string, string][] = [
    ['See https://shop.example/orders/77.', 'See https://shop.example/orders/77.'],
    ['See https://evil.example/orders/77.', 'See ….'],
    ['See https://shop.example/orders/77/cancel now', 'See … now'],
    ['See https://shop.example.evil.test/orders/77', 'See …'],
    ['Pay at evil.example, or HTTPS://EVIL.EXAMPLE/a?b=c!', 'Pay at …, or …!'],
    ['Write to ann@shop.example and bob@evil.example', 'Write to ann@shop.example and …'],
    ['Ask @anna, not @mallory or @here', 'Ask @anna, not … or …'],
    ['Send /approve 7F3K, then /status', 'Send … 7F3K, then /status'],
    ['Open tg://resolve?domain=evil or javascript:alert(1)', 'Open … or …)'],
    ['Go to 203.0.113.9:8080/x', 'Go to …'],
    ['На сайте зло.рф и xn--e1afmkfd.xn--p1ai', 'На сайте … и …'],
    ['Paid 129.00 EUR on 1.2.2026, and/or 3.5 more', 'Paid 129.00 EUR on 1.2.2026, and/or 3.5 more'],
  ];
  for (const [given, shown] of cases) assert.equal(words(given), shown);
});

test('markup is gone, and what it said is there', () => {
  const cases: [string, string][] = [
    ['**Order 77** is `paid`, _at last_.', 'Order 77 is paid, at last.'],
    ['# Done\n- one\n- two\n> three', 'Done one two three'],
    ['[click here](https://evil.example)', 'click here'],
    ['<!channel> <@U123> <https://evil.example|here> <b>bold</b>', 'bold'],
    ['5 * 3 < 20 and snake_case_name stays', '5 * 3 < 20 and snake_case_name stays'],
  ];
  for (const [given, shown] of cases) assert.equal(words(given), shown);
});

test('what cannot be seen is gone, also where it hides a link', () => {
  assert.equal(words('a\u202Eb\u200B c\u0000\uD800'), 'ab c\uFFFD');
  assert.equal(words('https://ev\u200Bil.example/x'), '…');
});

test('words are cut at the end of a sentence, else at that of a word', () => {
  assert.equal(words('One two three. Four five six.', 20), 'One two three.');
  assert.equal(words('One. Two three four five six', 20), 'One. Two three…');
  assert.equal(words('😀'.repeat(20), 20).isWellFormed(), true);
});

test('whatever a model says, the words are short, well formed, on one line and without foreign links', () => {
  const bits = fc.oneof(
    fc.constantFrom(
      'https://evil.example/',
      'evil.example',
      '@all',
      '/approve',
      '<',
      '>',
      '](',
      '[',
      '**',
      '\n',
      '.',
      ' ',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const check = (parts: string[]) => {
    const shown = plainWords(parts.join(''), 'no links', 100);
    assert.ok(shown.length <= 100);
    assert.ok(shown.isWellFormed());
    assert.doesNotMatch(shown, /[\p{Cc}\u202E]|https?:\/\/\w|evil\.example|(?<![\p{L}\p{N}])@all(?![\p{L}\p{N}_.-])/u);
  };
  fc.assert(fc.property(fc.array(bits, { maxLength: 60 }), check), { numRuns: 300 });
});
