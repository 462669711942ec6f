/**
 * Whether a quote stands in its page. A model may make one up, or be talked into it by a page; so code looks, and what is
 * not there is dropped before anything is made of it.
 */

export interface Point {
  statement: string;
  /** Word for word from the page. */
  quote: string;
}

/** Spelling that differs between a page and a faithful copy of it: gaps, the shapes of quotation marks and dashes, case. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[«»„“”‟"]/g, '"')
    .replace(/[‘’‚‛']/g, "'")
    .replace(/[‐‑‒–—―]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

/** Those of the points whose quote is a part of the text. */
export function standing(points: readonly Point[], text: string): Point[] {
  const page = plain(text);
  return points.filter(({ quote }) => page.includes(plain(quote)));
}
