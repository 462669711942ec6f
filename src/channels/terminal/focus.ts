/**
 * Which question the keys answer now. One key may pay money, so a question never takes the keys from somebody who is
 * writing, and is in sight for a moment before it takes one.
 */
import { type Key, letterOf } from './editor.ts';
import type { Asked } from './service.ts';

/** A question comes forward when nothing has been typed for so long. */
export const quietMs = 400;
/** And takes keys when it has been in sight for so long. */
export const inSightMs = 300;

export interface Choice {
  key: string;
  verb: Asked['choices'][number]['verb'];
  label: string;
}

/** The first letter of each verb that is still free. */
export function keysOf({ choices }: Asked): Choice[] {
  const taken = new Set<string>();
  return choices.map(({ verb, label }) => {
    const key = [...verb, ...'123456789'].find((letter) => !taken.has(letter))!;
    taken.add(key);
    return { key, verb, label };
  });
}

export const chosen = (asked: Asked, key: Key): Choice | undefined => {
  const letter = letterOf(key);
  return keysOf(asked).find((choice) => choice.key === letter);
};

export interface Focus {
  /** The question in front, or null while the line has the keys. */
  code(): string | null;
  /** Whether it takes keys yet. */
  armed(now: number): boolean;
  /** A key was typed on the line. */
  typed(now: number): void;
  /** Looks again: the questions there are, and whether the line is free. Milliseconds until it is worth another look. */
  look(questions: readonly Asked[], lineIsFree: boolean, now: number): number | null;
  bring(code: string, now: number): void;
  /** The next question, or the one before. */
  turn(questions: readonly Asked[], by: number, now: number): void;
  /** Not now: the line has the keys until the person asks for a question, or a new one comes. */
  later(questions: readonly Asked[]): void;
  /** It does not come forward by itself. */
  quiet(code: string): void;
}

export function createFocus(): Focus {
  const put = new Set<string>();
  let code: string | null = null;
  let since = 0;
  let typedAt = Number.NEGATIVE_INFINITY;
  const front = (to: string, now: number) => {
    if (code !== to) since = now;
    code = to;
  };
  return {
    code: () => code,
    armed: (now) => code !== null && now - since >= inSightMs,
    typed: (now) => {
      typedAt = now;
    },
    look: (questions, lineIsFree, now) => {
      if (code !== null && !questions.some((one) => one.code === code)) code = null;
      if (code !== null) return now - since < inSightMs ? since + inSightMs - now : null;
      const next = questions.find((one) => !put.has(one.code));
      if (!next || !lineIsFree) return null;
      if (now - typedAt < quietMs) return typedAt + quietMs - now;
      front(next.code, now);
      return inSightMs;
    },
    bring: (to, now) => front(to, now),
    turn: (questions, by, now) => {
      if (questions.length === 0) return;
      const at = questions.findIndex((one) => one.code === code);
      const to = at < 0 ? 0 : (at + by + questions.length) % questions.length;
      front(questions[to]!.code, now);
    },
    later: (questions) => {
      for (const one of questions) put.add(one.code);
      code = null;
    },
    quiet: (one) => void put.add(one),
  };
}
