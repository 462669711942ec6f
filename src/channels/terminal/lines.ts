/** What becomes of a line that a person gives: a verb, an answer, a task, or a doubt that is told and not acted upon. */
import type { Verb } from '../../contracts/escalation.ts';
import { answer, type Deeds, perform, waitingRows } from './deeds.ts';
import type { Asked } from './service.ts';
import type { Row } from './spans.ts';
import { readTyped, type Typed } from './typed.ts';

export interface Lines {
  /** Reads a line. The same line right after it was doubted is a task. */
  read(line: string): Typed;
  /** Acts on it, and says what there is to say. */
  act(typed: Typed): Promise<Row[]>;
}

export interface Asking extends Deeds {
  questions(): Asked[];
  /** A value is wanted that the line does not have. */
  fill(asked: Asked, verb: Verb): void;
}

export function createLines(deeds: Asking): Lines {
  const { service, words } = deeds;
  let doubted: string | null = null;

  const begin = async (text: string): Promise<Row[]> => {
    const begun = await service.begin(text);
    if ('problem' in begun) return [[[words.notBegun(begun.problem), 'red']]];
    deeds.watch(begun.run, true);
    return [];
  };

  /** To the question named, or to the only one there is. */
  const give = async (typed: Extract<Typed, { kind: 'answer' }>): Promise<Row[]> => {
    const questions = deeds.questions();
    const code = typed.code ?? (questions.length === 1 ? questions[0]!.code : null);
    if (code === null) {
      if (questions.length === 0) return [[[words.nothingWaits]]];
      return waitingRows(questions.map(({ run, card, ...one }) => ({ code: one.code, run, title: card.title })));
    }
    const asked = questions.find((one) => one.code === code);
    if (asked && !asked.choices.some(({ verb }) => verb === typed.verb)) {
      return [[[words.takes(code, asked.choices.map(({ verb }) => verb).join(', ')), 'yellow']]];
    }
    if (asked && typed.value === undefined && asked.form(typed.verb) !== null) {
      deeds.fill(asked, typed.verb);
      return [];
    }
    return (await answer(typed, code, deeds)).rows;
  };

  return {
    read: (line) => {
      const text = line.trim();
      const typed: Typed =
        doubted !== null && text === doubted ? { kind: 'task', text } : readTyped(text, service.nearest);
      doubted = typed.kind === 'nearly' ? text : null;
      return typed;
    },
    act: async (typed) => {
      switch (typed.kind) {
        case 'nothing':
          return [];
        case 'command':
          return perform(typed.command, typed.target, deeds);
        case 'nearly':
          return [[[words.nearly(typed.word, typed.meant), 'yellow']]];
        case 'malformed':
          return [[[words.malformed(typed.verb), 'yellow']]];
        case 'task':
          return begin(typed.text);
        case 'answer':
          return give(typed);
      }
    },
  };
}
