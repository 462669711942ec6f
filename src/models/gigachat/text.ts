/** Text that came from the provider: as JSON, and as something to show. */
import type { Json } from '../../contracts/json.ts';

/** How deep lists and objects may sit in each other: what is built is walked by recursion later. */
const maxDepth = 64;

/** Undefined if it is not JSON, or nests too deep. */
export function parseJson(text: string): Json | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Counts brackets outside of strings, without building anything. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text[i];
    if (isQuoted) {
      if (unit === '\\') i += 1;
      else if (unit === '"') isQuoted = false;
    } else if (unit === '"') isQuoted = true;
    else if (unit === '[' || unit === '{') depth += 1;
    else if (unit === ']' || unit === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** As much of it as a failure may say; null if that is nothing. */
export function sayable(text: string): string | null {
  const said = text.replaceAll('\u0000', '\uFFFD').trim().slice(0, 300).toWellFormed();
  return said === '' ? null : said;
}
