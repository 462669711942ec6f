import { randomUUID } from 'node:crypto';
import type { Event } from '../../src/contracts/event.ts';
import type { Change } from '../../src/core/change.ts';

/** The first change of a run's first owner: that event, nothing besides, and no release. */
export const changeWith = (run: string, event: Event, more: Partial<Change> = {}): Change => ({
  run,
  epoch: 1,
  seq: 1,
  at: Date.now(),
  commit: randomUUID(),
  events: [event],
  status: null,
  route: null,
  title: null,
  release: null,
  folded: 0,
  signals: [],
  questions: [],
  posts: [],
  copied: [],
  guards: [],
  settle: [],
  ...more,
});
