/** Everything that must become true together with a run's new events, read off the state before and after. Pure. */
import type { Event } from '../contracts/event.ts';
import { signalOf } from './arrivals.ts';
import type { Change, Post } from './change.ts';
import { decidersPlaces, placesOf } from './places.ts';
import { isSettled, type RunState, type StepState, statusOf } from './state.ts';

export interface Writing {
  epoch: number;
  at: number;
  commit: string;
  release: Change['release'];
  title: Change['title'];
}

/** The change that takes a run from one state to the next. */
export function changeOf(before: RunState, after: RunState, events: Event[], writing: Writing): Change {
  const status = statusOf(after);
  return {
    ...writing,
    run: after.run,
    seq: before.seq + 1,
    events,
    status: status === statusOf(before) ? null : status,
    route: after.route?.name ?? null,
    folded: after.folded,
    signals: events.flatMap(signalOf),
    questions: events.flatMap((event) => (event.type === 'asked' ? [event.question] : [])),
    copied: questionsIn(events),
    guards: events.flatMap((event) =>
      event.type === 'attempt_started' && event.permission.kind === 'escalation'
        ? [{ escalation: event.permission.id, digest: event.digest }]
        : [],
    ),
    posts: postsOf(after, events),
    settle: settlements(before, after),
  };
}

/**
 * One progress message, one message a question, one more for each time that nobody answered it, one summary. All
 * messages of a question are shown again when it closes or is void.
 */
function postsOf(after: RunState, events: readonly Event[]): Post[] {
  if (events.length === 0) return [];
  const at = (conversations: readonly string[], purpose: string, escalation: string | null = null): Post[] =>
    conversations.map((conversation) => ({ purpose, conversation, escalation }));
  const home = after.task.conversation === null ? [] : [after.task.conversation];
  return [
    ...(isCeremonious(after) ? at(home, 'progress') : []),
    ...questionsIn(events).flatMap((id) =>
      purposesOf(id, after).flatMap((purpose) => at([...new Set([...home, ...placesOf(id, after)])], purpose, id)),
    ),
    ...(after.finished ? at([...new Set([...home, ...decidersPlaces(after)])], 'summary') : []),
  ];
}

/** The questions of which these events tell something that is shown. */
const questionsIn = (events: readonly Event[]): string[] => {
  const ids = events.flatMap((event) => {
    if (event.type === 'asked') return [event.question.id];
    if (event.type === 'decided') return [event.decision.escalation];
    return 'escalation' in event ? [event.escalation] : [];
  });
  return [...new Set(ids)];
};

/** What one agent closes in one pass is told by its summary alone; once it needs more, its progress is shown. */
const isCeremonious = ({ short, steps, questions, failing }: RunState): boolean =>
  !short ||
  failing !== null ||
  Object.keys(questions).length > 0 ||
  Object.values(steps).some(({ attempts }) => attempts.length > 1);

/** `question:<id>`, `reminder:<id>` once it is due, and `reminder:<id>:<n>` for each further tier that may decide. */
function purposesOf(id: string, { questions }: RunState): string[] {
  const { reminded = false, tiers = 0 } = questions[id] ?? {};
  const raised = Array.from({ length: tiers }, (_, i) => `reminder:${id}:${i + 1}`);
  return [`question:${id}`, ...(reminded ? [`reminder:${id}`] : []), ...raised];
}

/**
 * Resources that are done with: touched, or let go untouched. What may have been touched counts as touched, so that the
 * next run on it asks. At the end of a run this includes what it may have taken without the journal's knowledge: an
 * input that was edited since, and a worker that died between taking and telling.
 */
function settlements(before: RunState, after: RunState): Change['settle'] {
  const ends = (step: StepState) => isSettled(step) || after.finished !== null;
  const newly = Object.values(after.steps).filter((step) => {
    const was = before.steps[step.ref];
    const unheard = after.finished !== null && (step.revision > 0 || !succeeded.includes(step.status));
    const held = step.resource?.held || was?.resource?.held || unheard;
    // An edit makes it another effect, whose resource is taken anew.
    const edited = was?.resource?.held === true && step.revision > was.revision;
    return edited || (held && ends(step) && !(was && isSettled(was) && !after.finished));
  });
  return newly.map((step) => {
    const touched = step.status === 'completed' || step.attempts.some(({ end }) => end === 'unknown' || end === 'done');
    return { ref: step.ref, state: touched ? 'done' : 'void' } as const;
  });
}

const succeeded: readonly StepState['status'][] = ['completed', 'skipped', 'compensated'];
