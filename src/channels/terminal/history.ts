/** What was typed before, for this user alone: one JSON string a line in a private file that does not grow for ever. */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface History {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Keeps a line, unless it is the last one again or begins with a space. */
  keep(line: string): void;
}

const maxLines = 500;
const maxCharacters = 4_000;

/** A file that cannot be read or written is no reason to disturb anybody: history then ends with the process. */
export function openHistory(file: string | null): History {
  const lines = file === null ? [] : read(file);
  return {
    lines,
    keep: (line) => {
      if (line.startsWith(' ') || line.trim() === '' || line.length > maxCharacters || line === lines.at(-1)) return;
      lines.push(line);
      if (lines.length > maxLines) lines.shift();
      if (file !== null) append(file, line);
    },
  };
}

function read(file: string): string[] {
  try {
    const kept = readFileSync(file, 'utf8').split('\n').flatMap(parsed);
    if (kept.length > maxLines * 2) rewrite(file, kept.slice(-maxLines));
    return kept.slice(-maxLines);
  } catch {
    return [];
  }
}

function parsed(line: string): string[] {
  try {
    const text: unknown = JSON.parse(line);
    return typeof text === 'string' && text.length <= maxCharacters ? [text] : [];
  } catch {
    return [];
  }
}

function append(file: string, line: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  } catch {
    // It stays in this process.
  }
}

/** Whole or not at all: another terminal may read it now. */
function rewrite(file: string, lines: readonly string[]): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  renameSync(draft, file);
}
