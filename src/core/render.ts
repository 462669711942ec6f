/** The card of a post, made of the run's journal as it is now: whatever was missed in between is in it. */
import type { Card } from '../contracts/card.ts';
import { progressCard } from './cards/progress.ts';
import { questionCard } from './cards/question.ts';
import { summaryCard } from './cards/summary.ts';
import { replay } from './evolve.ts';
import { placeAfter } from './places.ts';
import { readForCards, type Sources } from './reading.ts';
import type { Wish } from './store/posts.ts';
import { readJournal } from './store/runs.ts';

export interface Rendered {
  card: Card;
  /** The place in the journal that the card shows. */
  seq: number;
  /** Where it goes when this address will never take it; null: nowhere. */
  next: string | null;
}

/** Renders a purpose of a run. Null when there is nothing of the kind, or nothing to show any more. */
export async function renderPost(
  from: Sources,
  {
    run,
    purpose,
    conversation,
    wantsSeq,
    message = null,
    showsSeq = 0,
  }: Pick<Wish, 'run' | 'purpose' | 'wantsSeq'> & Partial<Pick<Wish, 'message' | 'conversation' | 'showsSeq'>>,
): Promise<Rendered | null> {
  const entries = await readJournal(from.db.sql, run);
  if (entries.length === 0) return null;
  const state = replay(run, entries);
  const known = await readForCards(from, state);
  // A wish is committed with the entry that it wants to show, so whoever has seen the one reads the other.
  const seq = Math.max(state.seq, wantsSeq);
  if (purpose === 'progress') return { card: progressCard(state, known), seq, next: null };
  if (purpose === 'summary') return { card: summaryCard(state, known), seq, next: null };
  const [kind, id = '', tier] = purpose.split(':');
  const question = state.questions[id];
  if (!question) return null;
  // Somebody opened it, there: they see it as it is by now, be it closed.
  if (kind === 'copy') return { card: questionCard(question, state, known), seq, next: null };
  // A message that cannot be edited any more keeps its buttons: it was shown, so its end is told beside it.
  const wasShown = message !== null || showsSeq > 0;
  // Who was never asked here is not told here how it was answered.
  const elsewhere = conversation !== undefined && conversation !== state.task.conversation;
  if (question.decision && !wasShown && elsewhere) return null;
  const next =
    conversation === undefined || question.decision ? null : placeAfter(conversation, question.question.policy);
  if (kind === 'question') return { card: questionCard(question, state, known), seq, next };
  // A reminder that nobody has seen is of no use once the question is closed, or the next tier is told.
  if (question.decision && !wasShown) return null;
  const isOvertaken = !question.decision && tier !== undefined && Number(tier) < question.tiers;
  if (isOvertaken && message === null) return null;
  return { card: questionCard(question, state, known, tier === undefined ? 'reminded' : 'raised'), seq, next };
}
