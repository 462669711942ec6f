/** Those of this process who want in under one name, in the order in which they came. */
import { timer } from '../crossing.ts';
import { isPassing } from './failure.ts';

/** A slot that is ours until it is left. Leaving it never fails. */
interface Held {
  slot: number;
  leave(): Promise<void>;
}

export interface Slots {
  /** The first of the slots that nobody has; null when all are taken. */
  take(name: string, slots: number[]): Promise<Held | null>;
}

interface Waiter {
  limit: number;
  admit(held: Held): void;
  refuse(why: unknown): void;
}

export interface Line {
  enter(limit: number, signal: AbortSignal): Promise<{ leave(): Promise<void> }>;
  /** Somebody may have left: lets in whom there is room for. */
  look(): void;
  /** Sends away all who wait. */
  refuse(why: unknown): void;
}

/** The longest that a death goes unnoticed, when nobody leaves. */
const lookAgainMs = 1_000;

/** Only the first in the line looks, so that the others cost nothing while they wait. */
export function createLine(name: string, slots: Slots): Line {
  let waiting: Waiter[] = [];
  /** A session may lock the same number twice, so the server cannot tell which are ours. */
  const held = new Set<number>();
  let isLooking = false;
  /** Somebody came or left meanwhile. */
  let again = false;
  let stopTimer = () => {};

  /** False: there is no room. */
  const letIn = async (): Promise<boolean> => {
    const free = slotsOf(waiting[0]!.limit).filter((slot) => !held.has(slot));
    const taken = free.length === 0 ? null : await slots.take(name, free);
    if (taken === null) return false;
    const next = waiting[0];
    // Whoever wanted it may be gone, and the next one may keep to a smaller limit.
    if (!next || taken.slot > next.limit) await taken.leave();
    else {
      waiting.shift();
      held.add(taken.slot);
      next.admit(taken);
    }
    return true;
  };

  const lookOnce = async () => {
    try {
      do {
        again = false;
        while (waiting.length > 0 && (await letIn()));
      } while (again && waiting.length > 0);
    } catch (error) {
      // What may be over in a moment is waited for: whoever does not want to has a signal.
      if (!isPassing(error)) refuse(error);
    }
  };

  const look = async () => {
    again = true;
    if (isLooking || waiting.length === 0) return;
    isLooking = true;
    stopTimer();
    await lookOnce();
    isLooking = false;
    if (waiting.length > 0) stopTimer = timer('stream_look', lookAgainMs * (0.5 + Math.random() / 2), look);
  };

  const refuse = (why: unknown) => {
    stopTimer();
    for (const one of waiting.splice(0)) one.refuse(why);
  };

  const leave = async ({ slot, leave: free }: Held) => {
    await free();
    held.delete(slot);
    void look();
  };

  const enter: Line['enter'] = (limit, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ leave(): Promise<void> }>();
    const giveUp = () => {
      waiting = waiting.filter((one) => one !== waiter);
      if (waiting.length === 0) stopTimer();
      reject(signal.reason);
    };
    const waiter: Waiter = {
      limit,
      admit: (taken) => {
        signal.removeEventListener('abort', giveUp);
        let left: Promise<void> | null = null;
        resolve({ leave: () => (left ??= leave(taken)) });
      },
      refuse: (why) => {
        signal.removeEventListener('abort', giveUp);
        reject(why);
      },
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.push(waiter);
    void look();
    return promise;
  };

  return { enter, look: () => void look(), refuse };
}

const slotsOf = (limit: number): number[] => Array.from({ length: limit }, (_, i) => i + 1);
