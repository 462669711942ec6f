/** The line at which tasks and verbs are written, with what was written before, and what Tab offers. */
import { completed, type Known } from './complete.ts';
import { edited, emptyLine, inserted, type Key, type Line, lineOf, textOf } from './editor.ts';
import type { History } from './history.ts';

export interface Prompt {
  readonly line: Line;
  /** What Tab found, until the next key. */
  readonly choices: readonly string[];
  text(): string;
  /** Null when the key did nothing here; a text when the line was given. */
  key(key: Key): { given: string } | 'edited' | null;
  complete(known: Known): void;
  paste(text: string): void;
  set(text: string): void;
}

/** More than a task may have is not taken in: what comes of it would be refused anyway. */
const maxCharacters = 4_001;

export function createPrompt(history: History): Prompt {
  let line = emptyLine;
  let choices: readonly string[] = [];
  /** Where in the history the person is; its end is the line being written. */
  let back = 0;
  let draft = '';

  const set = (next: Line) => {
    line = next.signs.length > maxCharacters ? { signs: next.signs.slice(0, maxCharacters), at: maxCharacters } : next;
    choices = [];
  };

  const recall = (by: number) => {
    const to = Math.min(Math.max(back + by, 0), history.lines.length);
    if (to === back) return;
    if (back === 0) draft = textOf(line);
    back = to;
    set(lineOf(back === 0 ? draft : (history.lines.at(-back) ?? '')));
  };

  return {
    get line() {
      return line;
    },
    get choices() {
      return choices;
    },
    text: () => textOf(line),
    key: (key) => {
      if (key.name === 'return' || key.name === 'enter') {
        const given = textOf(line);
        back = 0;
        set(emptyLine);
        history.keep(given);
        return { given };
      }
      if (key.name === 'up' || (key.ctrl && key.name === 'p')) recall(1);
      else if (key.name === 'down' || (key.ctrl && key.name === 'n')) recall(-1);
      else {
        const next = edited(line, key);
        if (next === null) return null;
        set(next);
      }
      return 'edited';
    },
    complete: (known) => {
      const found = completed(textOf(line), known);
      if (found.line !== textOf(line)) set(lineOf(found.line));
      choices = found.choices;
    },
    paste: (text) => set(inserted(line, text.replace(/\r\n?/g, '\n').replace(/\n+$/, ''))),
    set: (text) => {
      back = 0;
      set(lineOf(text));
    },
  };
}
