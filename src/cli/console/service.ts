/** What the terminal asks, answered by the desk. The person at the terminal is the operator. */
import { randomUUID } from 'node:crypto';
import type { TerminalLanguage } from '../../channels/terminal/language.ts';
import type { RunItem, Service } from '../../channels/terminal/service.ts';
import type { TerminalWords } from '../../channels/terminal/words.ts';
import type { CardLine } from '../../contracts/card.ts';
import { BatonError } from '../../contracts/error.ts';
import { spentText } from '../../core/cards/spent.ts';
import { material } from '../../core/cards/steps.ts';
import { duration } from '../../core/cards/times.ts';
import { traceLines } from '../../core/cards/trace.ts';
import { whyCard } from '../../core/cards/why.ts';
import { wordsIn } from '../../core/cards/words.ts';
import { estimateReply } from '../../core/console/estimate.ts';
import { evolveAll, replay } from '../../core/evolve.ts';
import { nearest } from '../../core/nearest.ts';
import type { Orchestrator } from '../../core/orchestrator.ts';
import { openQuestions } from '../../core/state.ts';
import { reasonOf } from '../../core/store/database.ts';
import type { RunRow } from '../../core/store/runs.ts';
import { operator } from '../follow.ts';
import { newsOf } from '../progress.ts';
import { howToAnswer } from '../question.ts';
import { viewOf } from './view.ts';

const plainly = (_style: string, text: string): string => text;

export function createService(
  { desk, registry }: Orchestrator,
  language: TerminalLanguage,
  words: TerminalWords,
): Service {
  return {
    examples: [...registry.routes.values()].map(({ route, data }) => ({
      route: data.name,
      title: ((language === 'ru' && data.ru) || data).title,
      text: exampleIn(language, route.examples),
    })),
    begin: async (text) => {
      try {
        const task = { text, requester: operator, conversation: null };
        return { run: await desk.submit({ source: 'terminal', key: randomUUID(), task }, { watch: true }) };
      } catch (error) {
        if (error instanceof BatonError && error.code === 'usage') return { problem: error.message };
        throw error;
      }
    },
    taskOf: async (run) => replay(run, await desk.journal(run)).task.text,
    follow: async (run, tell, signal) => {
      // What is history already is told at once: a question that was answered long ago is not asked again on the way.
      const past = (await desk.journal(run)).at(-1)?.seq ?? 0;
      let state = replay(run, []);
      let news: CardLine[] = [];
      for await (const entry of desk.follow(run, signal)) {
        state = { ...evolveAll(state, entry.events, entry.at), seq: entry.seq };
        const known = await desk.known(state);
        const of = material(state, known);
        news.push(...entry.events.flatMap((event) => newsOf(event, of) ?? []));
        if (entry.seq < past) continue;
        tell({ view: viewOf(state, known, words), news });
        news = [];
      }
    },
    vote: (code, verb, value) => desk.vote(code, { actor: operator, verb, value }),
    cancel: async (run) => (await desk.cancel(run, operator)).result,
    find: async (part) => (await desk.find(part)).map((row) => itemOf(row, language)),
    runs: async (limit) => (await desk.runs(limit)).map((row) => itemOf(row, language)),
    inbox: async () =>
      (await desk.inbox(operator)).map(({ run, code, title, question }) => ({
        run,
        code,
        title,
        verbs: question.policy.verbs,
      })),
    trace: async (run) => {
      const state = replay(run, await desk.journal(run));
      const ways = openQuestions(state).flatMap(({ question }) => ['', ...howToAnswer(question)]);
      return [...traceLines(material(state, await desk.known(state)), plainly), ...ways];
    },
    why: async (run) => {
      const entries = await desk.journal(run);
      const state = replay(run, entries);
      return whyCard(state, await desk.known(state), entries);
    },
    cost: async (run) => spentText(replay(run, await desk.journal(run)).thought.spent, wordsIn(language)),
    estimate: (numbers) => estimateReply(numbers, language, desk),
    nearest,
    reason: reasonOf,
    duration: (ms) => duration(ms, wordsIn(language)),
  };
}

const itemOf = ({ id, title, status, route, createdAt, finishedAt }: RunRow, language: TerminalLanguage): RunItem => ({
  run: id,
  title,
  status,
  statusText: wordsIn(language).status[status],
  route,
  begunAt: createdAt,
  tookMs: finishedAt === null ? null : finishedAt - createdAt,
});

/** An example in the language of the terminal, if there is one. */
function exampleIn(language: TerminalLanguage, examples: readonly string[]): string | null {
  const fits = (text: string) => /\p{Script=Cyrillic}/u.test(text) === (language === 'ru');
  return examples.find(fits) ?? examples[0] ?? null;
}
