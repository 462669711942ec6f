/** What became of a message that nobody stayed to be told about: one line, and the words that it was about. */
import type { Card } from '../../contracts/card.ts';
import { plain } from './facts.ts';
import { type Language, languageOf, type Words, wordsIn } from './words.ts';

const maxAboutCharacters = 100;

/**
 * `about` is a task's text, a question's code or a run's id, so that people know which message is meant. `said` is the
 * outcome in words, where somebody has found them already.
 */
export function noticeCard(
  outcome: string,
  about: string | null,
  said?: string,
  language: Language = languageOf(about ?? ''),
): Card {
  const words = wordsIn(language);
  return {
    kind: 'notice',
    language,
    title: said ?? titleOf(outcome, words),
    facts: about ? [{ label: words.facts.about, text: plain(about, { secrets: [] }, words, maxAboutCharacters) }] : [],
    lines: [],
    code: null,
    buttons: [],
  };
}

const titleOf = (outcome: string, { late, lateOther }: Words): string =>
  Object.hasOwn(late, outcome) ? late[outcome as keyof typeof late] : lateOther;
