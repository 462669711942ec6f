/** What a language must be able to say of models and of money. */
import type { EscalationKind } from '../../../contracts/escalation.ts';

/** Failures that models and budgets bring. */
export type ModelFailure =
  | 'model_missing'
  | 'model_unreachable'
  | 'model_unavailable'
  | 'model_throttled'
  | 'model_quota'
  | 'model_unauthorised'
  | 'model_rejected'
  | 'model_refused'
  | 'model_filtered'
  | 'model_truncated'
  | 'model_malformed'
  | 'budget_soft'
  | 'budget_exceeded';

export interface ModelWords {
  failures: Record<ModelFailure, string>;
  /** What a run has taken; `money` is amounts with their currencies. */
  taken(money: string, tokens: number, calls: number): string;
  nothingTaken: string;
  /** Calls of which nobody can say what they cost. */
  unpriced(calls: number): string;
  /** In the place of a sum. */
  noPrice: string;
  standIn(provider: string, instead: string): string;
  /** What a question without a step is about. */
  about: Record<Exclude<EscalationKind, 'approve' | 'uncertain' | 'failure'>, string>;
  titles: Record<'plan' | 'budget', string>;
  does: Record<'edit' | 'retry' | 'stop' | 'approve', string>;
  facts: Record<'cost' | 'briefing' | 'proposal' | 'closing' | 'finding' | 'taken', string>;
  /** Who has put it in words. */
  by(text: string, by: string): string;
  /** A line of the trace. */
  called(purpose: string, by: string, tokens: string, cost: string): string;
  tokens(count: number, cached: number): string;
  limit(scope: 'run' | 'day', limit: 'soft' | 'hard', unit: string): string;
  refused(by: string, findings: number): string;
}
