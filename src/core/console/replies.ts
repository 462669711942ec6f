/** What a person is told: an outcome as a sentence in their language, and lists as cards. Pure. */
import type { Card, CardLine } from '../../contracts/card.ts';
import type { Reply } from '../../contracts/channel.ts';
import type { VoteAnswer } from '../../contracts/escalation.ts';
import { isFinal } from '../../contracts/run.ts';
import { plain } from '../cards/facts.ts';
import { shortRun } from '../cards/text.ts';
import { duration } from '../cards/times.ts';
import { type ConsoleWords, type Language, wordsIn } from '../cards/words.ts';
import type { RegisteredRoute } from '../registry.ts';
import type { RunRow } from '../store/runs.ts';
import { consoleVerbs } from './read.ts';

/** What came of an update, and what its sender is told. */
export interface Done {
  outcome: string;
  run: string | null;
  reply: Reply;
}

const maxLine = 200;

/** A sentence, no longer than any platform shows. */
export const line = (text: string): Reply => ({
  line: text.length > maxLine ? `${text.slice(0, maxLine - 1)}…` : text,
});

/** A card that stands for itself. */
export const listCard = (language: Language, title: string, lines: CardLine[], facts: Card['facts'] = []): Card => ({
  kind: 'notice',
  language,
  title,
  facts,
  lines,
  code: null,
  buttons: [],
});

/** What became of an answer to a question. `name` says how people are called. */
export function voteLine(
  answer: VoteAnswer,
  language: Language,
  words: ConsoleWords,
  name: (person: string) => string,
): Reply {
  const said = (outcome: string): string => {
    const { buttons, status } = wordsIn(language);
    if (Object.hasOwn(buttons, outcome)) return buttons[outcome as keyof typeof buttons];
    return outcome === 'withdrawn' ? status.cancelled : outcome;
  };
  switch (answer.result) {
    case 'decided':
      return line(words.decided(said(answer.outcome)));
    case 'counted':
      return line(words.counted(answer.votes, answer.quorum));
    case 'already_decided':
      return line(words.alreadyDecided(said(answer.outcome), answer.by === null ? null : name(answer.by)));
    case 'not_allowed':
      return line(words.notAllowed);
    case 'invalid_value': {
      const [first] = answer.mismatches;
      const why = first ? ` ${first.path}: ${words.form.mismatch(first.expected, first.received)}` : '';
      return line(`${words.told.invalid_value}${why}`);
    }
    default:
      return line(words.told[answer.result]);
  }
}

const marks: Partial<Record<RunRow['status'], CardLine['mark']>> = {
  completed: 'done',
  failed: 'failed',
  cancelled: 'failed',
  waiting: 'waiting',
};

/** A line a run. */
export function runLines(runs: readonly RunRow[], language: Language): CardLine[] {
  const words = wordsIn(language);
  return runs.map(({ id, title, status, createdAt, finishedAt }) => ({
    mark: marks[status] ?? 'running',
    text: plain(title, { secrets: [] }, words, 100),
    detail: [
      shortRun(id),
      words.status[status],
      ...(finishedAt === null ? [] : [duration(finishedAt - createdAt, words)]),
    ].join(', '),
  }));
}

export const isUnderWay = ({ status }: RunRow): boolean => !isFinal(status);

/** A line a question: what it is about, and the code that answers it. */
export const waitingLines = (waiting: readonly { code: string; title: string }[], language: Language): CardLine[] =>
  waiting.map(({ code, title }) => ({
    mark: 'waiting',
    text: plain(title, { secrets: [] }, wordsIn(language), 100),
    detail: code,
  }));

/** What can be asked for here, and the verbs. */
export function helpCard(routes: Iterable<RegisteredRoute>, language: Language, words: ConsoleWords): Card {
  const { help } = words;
  const offered = [...routes].map(({ route, data }): CardLine => {
    const fits = (text: string) => /\p{Script=Cyrillic}/u.test(text) === (language === 'ru');
    const example = route.examples.find(fits) ?? route.examples[0];
    const text = language === 'ru' && data.ru ? data.ru.title : data.title;
    return { mark: 'note', text, ...(example !== undefined && { detail: example }) };
  });
  const verbs = consoleVerbs.map((verb) => ({ label: verb, text: help.verbs[verb] }));
  return listCard(language, help.title, [...offered, { mark: 'note', text: help.answers }], verbs);
}
