/** Carries out what a person asks of runs in a conversation. Whose run it is, and who may, the desk decides. */
import type { Card } from '../../contracts/card.ts';
import type { Reply } from '../../contracts/channel.ts';
import { isFinal } from '../../contracts/run.ts';
import type { Actor } from '../../contracts/task.ts';
import { progressCard } from '../cards/progress.ts';
import { spentText } from '../cards/spent.ts';
import { material } from '../cards/steps.ts';
import { summaryCard } from '../cards/summary.ts';
import { shortRun } from '../cards/text.ts';
import { traceText } from '../cards/trace.ts';
import { whyCard } from '../cards/why.ts';
import { type ConsoleWords, consoleWordsIn, type Language, wordsIn } from '../cards/words.ts';
import type { Desk } from '../desk.ts';
import { replay } from '../evolve.ts';
import type { Registry } from '../registry.ts';
import { isOver } from '../state.ts';
import type { RunRow } from '../store/runs.ts';
import type { RunVerb } from './read.ts';
import { type Done, helpCard, isUnderWay, line, listCard, runLines, voteLine, waitingLines } from './replies.ts';
import { beginTask, type TaskTools } from './task.ts';

export interface Asking {
  actor: Actor;
  language: Language;
  conversation: string;
  key: string;
  /** The run of the conversation, or of the message that was replied to. */
  here: string | null;
}

export interface VerbTools extends TaskTools {
  registry: Registry;
}

const listed = 10;

/** Says what came of a verb. */
export async function perform(verb: RunVerb, target: string | null, of: Asking, tools: VerbTools): Promise<Done> {
  const { desk, registry } = tools;
  const words = consoleWordsIn(of.language);
  const tell = (card: Card): Done => ({ outcome: verb, run: null, reply: { line: card.title.slice(0, 200), card } });
  if (verb === 'help') return tell(helpCard(registry.routes.values(), of.language, words));
  if (verb === 'inbox') {
    const waiting = await desk.inbox(of.actor);
    const title = waiting.length === 0 ? words.nothingWaits : words.waiting(waiting.length);
    return tell(listCard(of.language, title, waitingLines(waiting, of.language)));
  }
  if (verb === 'runs') {
    const runs = await desk.runs(listed);
    return tell(listCard(of.language, runs.length === 0 ? words.noRuns : words.runs, runLines(runs, of.language)));
  }
  if (verb === 'status' && target === null && of.here === null) return tell(await overview(of, tools, words));
  const found = await findRun(target ?? of.here, verb, desk, words);
  if (!('id' in found)) return { outcome: 'unknown_run', run: null, reply: found };
  return { outcome: verb, run: found.id, reply: await aboutRun(verb, found, of, tools, words) };
}

async function overview({ actor, language }: Asking, { desk }: VerbTools, words: ConsoleWords): Promise<Card> {
  const [runs, waiting] = await Promise.all([desk.runs(200), desk.inbox(actor)]);
  const running = runs.filter(isUnderWay);
  return listCard(language, words.status(running.length, waiting.length), runLines(running.slice(0, listed), language));
}

async function findRun(named: string | null, verb: string, desk: Desk, words: ConsoleWords): Promise<RunRow | Reply> {
  if (named === null) return line(words.whichRun(verb));
  const found = await desk.find(named);
  const [run] = found;
  if (!run) return line(words.noRun);
  return found.length === 1 ? run : line(words.several(found.map(({ id }) => shortRun(id)).join(', ')));
}

async function aboutRun(verb: RunVerb, row: RunRow, of: Asking, tools: VerbTools, words: ConsoleWords): Promise<Reply> {
  const { desk } = tools;
  if (verb === 'cancel') return line(words.cancel[(await desk.cancel(row.id, of.actor)).result]);
  if (verb === 'retry') return retry(row, of, tools, words);
  const entries = await desk.journal(row.id);
  const state = replay(row.id, entries);
  const known = await desk.known(state);
  const shown = (card: Card): Reply => ({ line: card.title.slice(0, 200), card });
  if (verb === 'why') return shown(whyCard(state, known, entries));
  if (verb === 'cost') return line(spentText(state.thought.spent, wordsIn(of.language)));
  if (verb === 'trace') {
    const file = { name: `run-${shortRun(row.id)}.txt`, text: traceText(material(state, known)) };
    return { line: words.traceIs, file };
  }
  return shown(isOver(state) ? summaryCard(state, known) : progressCard(state, known));
}

/** A question that may be tried again is answered so; a run that ended otherwise than well is begun anew. */
async function retry({ id, status }: RunRow, of: Asking, tools: VerbTools, words: ConsoleWords): Promise<Reply> {
  const { desk } = tools;
  if (status === 'completed') return line(words.completed);
  if (isFinal(status)) {
    const { text } = replay(id, await desk.journal(id)).task;
    const task = { text, requester: of.actor, conversation: of.conversation };
    const again = { source: of.actor.via, key: `${of.key}/again`, task };
    return (await beginTask(tools, again, of.language, words.again)).reply;
  }
  const waiting = (await desk.inbox(of.actor)).filter(
    (one) => one.run === id && one.question.policy.verbs.includes('retry'),
  );
  if (waiting.length === 0) return line(words.notOver);
  const answers = await Promise.all(waiting.map(({ code }) => desk.vote(code, { actor: of.actor, verb: 'retry' })));
  const [refused] = answers.filter(({ result }) => result !== 'decided');
  return refused ? voteLine(refused, of.language, words, (person) => person) : line(words.retried);
}
