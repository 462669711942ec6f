/** A run as it goes, a line for what has become of each step. Pure: events and the state after them become lines. */

import type { CardLine } from '../contracts/card.ts';
import type { Event, EventOf } from '../contracts/event.ts';
import { reasonText } from '../core/cards/facts.ts';
import { contractOf, harmless, inShort } from '../core/cards/in-short.ts';
import { renderCard, renderLine } from '../core/cards/lines.ts';
import { decisionText } from '../core/cards/question.ts';
import { type Material, stepTitle, waitDetail } from '../core/cards/steps.ts';
import { summaryCard } from '../core/cards/summary.ts';
import { duration } from '../core/cards/times.ts';
import { redactions } from '../core/cards/veil.ts';
import type { Terminal } from './terminal.ts';

/** The lines of one event; most events have none. */
export function progressLines(event: Event, of: Material, paint: Terminal['paint']): string[] {
  if (event.type === 'finished') return ['', ...renderCard({ ...summaryCard(of.state, of.known), lines: [] }, paint)];
  if (event.type === 'received') return [paint('dim', `Run ${of.state.run}`)];
  const line = newsOf(event, of);
  return line ? [renderLine(line, paint)] : [];
}

/** What an event is worth telling, in one line. */
export function newsOf(event: Event, of: Material): CardLine | null {
  const { state, words } = of;
  switch (event.type) {
    case 'attempt_ended':
    case 'late_result':
      return attemptLine(event, of);
    case 'skipped':
      return { mark: 'skipped', text: stepTitle(of, event.ref), detail: words.skipped[event.because] };
    case 'step_failed':
    case 'undo_failed':
      return {
        mark: 'failed',
        text: stepTitle(of, event.ref),
        detail: reasonText(event.error, of, words),
      };
    case 'decided': {
      const asked = state.questions[event.decision.escalation];
      const text = asked && decisionText(asked, of);
      const denied = ['reject', 'stop', 'expired', 'withdrawn'].includes(event.decision.outcome);
      const step = state.steps[asked?.question.step ?? ''];
      const [waits] = step ? waitDetail(step, of) : [];
      return text ? { mark: denied ? 'failed' : 'done', text, ...(waits && { detail: waits }) } : null;
    }
    case 'cancel_requested':
    case 'compensating':
      return event.type === 'compensating' && Object.keys(state.steps).length === 0
        ? null
        : { mark: 'note', text: event.type === 'compensating' ? words.status.compensating : words.status.cancelled };
    default:
      return null;
  }
}

function attemptLine(event: EventOf<'attempt_ended'> | EventOf<'late_result'>, of: Material): CardLine | null {
  const { state, words } = of;
  const text = stepTitle(of, event.ref);
  const step = state.steps[event.ref];
  const took = 'durationMs' in event ? [duration(event.durationMs, words)] : [];
  if (event.end !== 'done') {
    // The last one is told as the step's failure.
    if (!event.undo && step?.status === 'failed') return null;
    const error = event.error ? [reasonText(event.error, of, words)] : [];
    const detail = harmless([words.attempt(event.attempt), ...took, ...error].join(', '));
    return { mark: 'note', text: event.undo ? `${text} (${words.undoing})` : text, detail };
  }
  if (event.undo) return { mark: 'undone', text, detail: [words.undone, ...took].join(', ') };
  const agent = state.plan?.steps.find(({ id }) => id === step?.id)?.agent ?? '';
  const hidden = redactions(contractOf(of, agent), 'output');
  const came = event.output ? inShort(of, event.output, hidden) : '';
  return { mark: 'done', text, detail: [...(came === '' ? [] : [came]), ...took].join('  ') };
}
