/** Events as JSON lines: each is the event with its run, its place and its time, and without what nobody may see. */
import type { Entry, Event } from '../contracts/event.ts';
import type { Json, Value } from '../contracts/json.ts';
import { contractOf } from '../core/cards/in-short.ts';
import type { Material } from '../core/cards/steps.ts';
import { hiddenInDecision, hiddenInput, type Path, redactions, type Veil, veilOf } from '../core/cards/veil.ts';

export const jsonLines = ({ seq, at, events }: Entry, of: Material): string[] =>
  events.map((event) => {
    const shown = withoutSecrets(withHiddenPlaces(event, of) as unknown as Json, of);
    return JSON.stringify({ run: of.state.run, seq, at, ...(shown as object) });
  });

/** The places that a contract hides, in inputs and outputs. */
function withHiddenPlaces(event: Event, of: Material): Event {
  const { state, known } = of;
  if (event.type === 'attempt_started') {
    const contract = contractOf(of, event.agent);
    const hidden = event.undo ? redactions(contract, 'input') : hiddenInput(state, known, idOf(event.ref), contract);
    return { ...event, input: hideValue(event.input, hidden, of) };
  }
  if ((event.type === 'attempt_ended' || event.type === 'late_result') && event.output) {
    const agent = state.plan?.steps.find(({ id }) => id === idOf(event.ref))?.agent ?? '';
    const contract = contractOf(of, agent);
    const undo = event.undo && contract?.undo ? contractOf(of, contract.undo.agent) : null;
    return { ...event, output: hideValue(event.output, redactions(undo ?? contract, 'output'), of) };
  }
  if (event.type === 'asked' && event.question.subject) {
    const { subject } = event.question;
    const hidden = hiddenInput(state, known, idOf(subject.step), known.contract(subject.contract));
    const input = hide(subject.input, veilOf(hidden, []), of);
    return { ...event, question: { ...event.question, subject: { ...subject, input } } };
  }
  if (event.type === 'decided' && event.decision.value !== undefined) {
    const question = state.questions[event.decision.escalation]?.question;
    const hidden = question?.subject
      ? hiddenInDecision(state, question, event.decision, known.contract(question.subject.contract))
      : [];
    return { ...event, decision: { ...event.decision, value: hide(event.decision.value, veilOf(hidden, []), of) } };
  }
  return event;
}

const idOf = (ref: string): string => ref.split('[')[0] ?? ref;

/** A large value shows a preview, in which nobody can tell places apart. */
function hideValue(value: Value, hidden: readonly Path[], of: Material): Value {
  if (hidden.length === 0) return value;
  return 'inline' in value
    ? { inline: hide(value.inline, veilOf(hidden, []), of) }
    : { ...value, preview: `(${of.words.hidden})` };
}

function hide(value: Json, veil: Veil, of: Material, path: Path = []): Json {
  if (veil.hides(path)) return of.words.hidden;
  if (Array.isArray(value)) return value.map((inner, i) => hide(inner, veil, of, [...path, String(i)]));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner, veil, of, [...path, key])]));
}

/** The hidden values themselves, wherever they turn up in a text. */
function withoutSecrets(value: Json, { secrets, words }: Material): Json {
  if (secrets.length === 0) return value;
  const clean = (at: Json): Json => {
    if (typeof at === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, words.hidden), at);
    if (Array.isArray(at)) return at.map(clean);
    if (at === null || typeof at !== 'object') return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, clean(inner)]));
  };
  return clean(value);
}
