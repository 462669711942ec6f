/** Begins what somebody wrote in a chat, unless that chat has begun too much of late. */
import type { Submission } from '../../contracts/task.ts';
import { duration } from '../cards/times.ts';
import { consoleWordsIn, type Language, wordsIn } from '../cards/words.ts';
import type { Desk } from '../desk.ts';
import { type Done, line } from './replies.ts';
import type { Turnstile } from './turnstile.ts';

export interface TaskTools {
  desk: Desk;
  turnstile: Turnstile;
}

/** The refusal of one task too many in a conversation; null: one more may begin, and is counted. */
export function crowded({ turnstile }: TaskTools, conversation: string, language: Language): Done | null {
  const waitMs = turnstile.pass(conversation);
  if (waitMs === 0) return null;
  const wait = duration(Math.ceil(waitMs / 1_000) * 1_000, wordsIn(language));
  return { outcome: 'too_many', run: null, reply: line(consoleWordsIn(language).tooMany(wait)) };
}

/** `said` is what the person is told of it. */
export async function beginTask(tools: TaskTools, of: Submission, language: Language, said: string): Promise<Done> {
  const refusal = crowded(tools, of.task.conversation ?? '', language);
  if (refusal) return refusal;
  return { outcome: 'run', run: await tools.desk.submit(of), reply: line(said) };
}
