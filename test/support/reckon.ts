/** What a document reckons by hand: `label   200 × 30 = 6,000`, a line each, done again. */
import assert from 'node:assert/strict';
import type { Block } from './documents.ts';

const numberOf = (text: string): number => Number(text.replaceAll(',', ''));

/** Sums of products and of one quotient, as one writes them by hand. */
const reckon = (term: string): number =>
  term
    .split(' + ')
    .map((product) => {
      const [dividend = '', divisor = '1'] = product.split(' ÷ ');
      const factors = dividend.split(' × ').map(numberOf);
      return factors.reduce((all, one) => all * one, 1) / numberOf(divisor);
    })
    .reduce((all, one) => all + one, 0);

/** The results by their labels; fails at the first line that does not hold. */
export function reckonedIn(blocks: readonly Block[]): Map<string, number> {
  const lines = blocks
    .filter(({ language }) => language === 'text')
    .flatMap(({ text }) => text.trim().split('\n'))
    .map((line) => /^(\S.*?) {2,}(.+) = ([\d,.]+)$/.exec(line) ?? assert.fail(line));
  for (const [line, , term, result] of lines) {
    assert.ok(Math.abs(reckon(term!) - numberOf(result!)) < 5.1e-7, line);
  }
  return new Map(lines.map(([, label, , result]) => [label!, numberOf(result!)]));
}
