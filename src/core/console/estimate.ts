/** `estimate 200 5`: the calculator, for whoever writes to Baton, wherever they do. */
import type { Reply } from '../../contracts/channel.ts';
import { estimateCard } from '../cards/estimate.ts';
import { estimateWordsIn, type Language } from '../cards/words.ts';
import type { Desk } from '../desk.ts';
import { bounds, inputOf } from '../estimate/basis.ts';
import { estimate } from '../estimate/estimate.ts';
import { line, listCard } from './replies.ts';

/** The card; or how it is called, when these are not two numbers that it takes. */
export async function estimateReply(given: readonly string[], language: Language, desk: Desk): Promise<Reply> {
  const [tasks = null, steps = null] =
    given.length === 2 ? [read(given[0]!, bounds.tasks), read(given[1]!, bounds.steps)] : [];
  if (tasks === null || steps === null) return line(estimateWordsIn(language).usage(bounds.tasks[1], bounds.steps[1]));
  const basis = await desk.estimateBasis();
  // Whoever asked the ledger was told what day it is.
  const date = basis.use!.today;
  const made = estimate(
    inputOf({ tasksPerDay: tasks, stepsPerTask: steps, date }, basis),
    basis.tables.flatMap(({ prices }) => prices),
  );
  const { title, lines, facts } = estimateCard(made, language);
  return { line: title.slice(0, 200), card: listCard(language, title, lines, facts) };
}

function read(text: string, [from, to]: readonly [number, number]): number | null {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to ? number : null;
}
