/** What `next` answers: events that follow from the state alone, calls that are wanted, and when to look again. */
import type { Contract } from '../contracts/contract.ts';
import type { Deciders, Evidence } from '../contracts/escalation.ts';
import type { Event } from '../contracts/event.ts';
import type { Json, Value } from '../contracts/json.ts';
import type { RouteData } from '../contracts/route.ts';

/** What deciding may read beside the state: definitions by digest, contents of large values, people by role. */
export interface Known {
  contract(digest: string): Contract;
  route(definition: string): RouteData;
  content(value: Value): Json;
  people(deciders: Deciders): string[];
  /** Where a person is reached on their own, best first. */
  addresses(person: string): string[];
  /** Somebody puts closings and briefings in words. */
  readonly words: boolean;
}

/** Something to be done outside. Wanted as long as the state asks for it; whoever does it, does each only once. */
export type Call =
  | { kind: 'intake' }
  | { kind: 'plan' }
  /** Words for the people who are asked, or at the end. */
  | { kind: 'word'; about: string }
  | { kind: 'attempt'; ref: string; revision: number; attempt: number; undo: boolean }
  /** Take the resource. `seen` is what a person has been shown of others and allowed; null: nobody was asked yet. */
  | { kind: 'hold'; ref: string; agent: string; resource: string; windowMs: number; seen: Evidence[] | null }
  | { kind: 'close'; escalation: string; as: 'expired' | 'withdrawn' };

export interface Move {
  events: Event[];
  calls: Call[];
  /** Milliseconds since the epoch; null when only a call or a signal can change anything. */
  wakeAt: number | null;
}

export const nothing: Move = { events: [], calls: [], wakeAt: null };
export const append = (...events: Event[]): Move => ({ ...nothing, events });
export const call = (...calls: Call[]): Move => (calls.length === 0 ? nothing : { ...nothing, calls });
export const wake = (wakeAt: number): Move => ({ ...nothing, wakeAt });

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

const isNothing = ({ events, calls, wakeAt }: Move): boolean =>
  events.length === 0 && calls.length === 0 && wakeAt === null;

/** Several moves at once. */
export function together(moves: readonly Move[]): Move {
  const some = moves.filter((move) => !isNothing(move));
  if (some.length < 2) return some[0] ?? nothing;
  return {
    events: some.flatMap(({ events }) => events),
    calls: some.flatMap(({ calls }) => calls),
    wakeAt: some.reduce<number | null>((at, move) => earlier(at, move.wakeAt), null),
  };
}

/** The name under which a call is in flight. */
export const callKey = (of: Call): string =>
  of.kind === 'attempt'
    ? `attempt ${of.ref} ${of.revision}.${of.attempt}${of.undo ? ' undo' : ''}`
    : of.kind === 'hold'
      ? `hold ${of.ref}`
      : of.kind === 'close'
        ? `close ${of.escalation}`
        : of.kind === 'word'
          ? `word ${of.about}`
          : of.kind;
