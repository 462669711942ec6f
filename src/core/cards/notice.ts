/** What became of a message that nobody stayed to be told about: one line, and the words that it was about. */
import type { Card } from '../../contracts/card.ts';
import { plain } from './facts.ts';
import { wordsIn } from './words.ts';

const maxAboutCharacters = 100;

/** `about` is a task's text, a question's code or a run's id, so that people know which message is meant. */
export function noticeCard(outcome: string, about: string | null): Card {
  const words = wordsIn('en');
  return {
    kind: 'notice',
    title: words.late[outcome] ?? words.lateOther,
    facts: about ? [{ label: words.facts.about, text: plain(about, { secrets: [] }, words, maxAboutCharacters) }] : [],
    lines: [],
    code: null,
    buttons: [],
  };
}
