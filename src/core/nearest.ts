/** Did you mean: the known name that a misspelt one is closest to. */

/** Edits between two words: insert, delete, replace, and two neighbours that changed places. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The closest of the known names, or null when none is close enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const close = [...new Set(known)]
    .map((name) => ({ name, edits: distance(word.toLowerCase().slice(0, 100), name.toLowerCase().slice(0, 100)) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return close[0]?.name ?? null;
}

const maxListed = 12;

/** What to write instead: the name that was meant, or those that there are. */
export function suggestion(word: string, known: Iterable<string>): string {
  const names = [...new Set(known)].sort();
  const meant = nearest(word, names);
  if (meant !== null) return `did you mean ${meant}?`;
  if (names.length === 0) return 'there is none';
  return `there is ${names.slice(0, maxListed).join(', ')}${names.length > maxListed ? ', …' : ''}`;
}
