/** The runs that this terminal follows, and the questions of them that wait here, in the order in which they came. */
import type { CardLine } from '../../contracts/card.ts';
import type { Asked, RunView, Service } from './service.ts';

export interface Followed {
  view: RunView;
  /** Begun here. */
  own: boolean;
}

export interface Board {
  watch(run: string, own: boolean): void;
  follows(run: string): boolean;
  /** Runs under way, oldest first. */
  open(): Followed[];
  /** Runs begun here whose end is not known yet, or whose beginning is not read yet. */
  pending(): number;
  /** Open questions, in the order in which they came up; without those that were just answered. */
  questions(): Asked[];
  /** An answer is on its way into the journal: the question is not asked again meanwhile. */
  answered(asked: Pick<Asked, 'run' | 'code'>): void;
  /** It stays open after all. */
  reopened(code: string): void;
  /** Something was asked of a run whose next change is on its way; `code`: its question was answered. */
  moved(run: string, code?: string): void;
  /** Runs begun here that wait for an answer, and for nothing else. */
  stuck(): RunView[];
  latest(): string | null;
}

export interface Told {
  changed(view: RunView, news: readonly CardLine[], own: boolean): void;
  over(view: RunView, own: boolean): void;
  /** A run could not be followed any more. */
  broken(error: unknown): void;
}

export function createBoard(service: Service, told: Told, signal: AbortSignal): Board {
  const views = new Map<string, Followed>();
  const following = new Map<string, { own: boolean }>();
  /** By code, the run of each question whose decision has not been seen yet. */
  const answered = new Map<string, string>();
  const seen = new Set<string>();
  /** Runs that were seen to their end, which nothing changes any more. */
  const ended = new Set<string>();
  const moving = new Set<string>();
  let order: string[] = [];
  let latest: string | null = null;

  const hear = (view: RunView, news: readonly CardLine[], about: { own: boolean }) => {
    const open = view.questions.map(({ code }) => code);
    for (const code of open) {
      seen.add(code);
      if (!order.includes(code)) order.push(code);
    }
    if (view.over || view.status === 'compensating') moving.delete(view.run);
    views.set(view.run, { view, own: about.own });
    const all = [...views.values()].flatMap((one) => one.view.questions.map(({ code }) => code));
    order = order.filter((code) => all.includes(code));
    // A run that is read from its beginning has not come to its question yet.
    for (const code of answered.keys()) if (seen.has(code) && !all.includes(code)) answered.delete(code);
    told.changed(view, news, about.own);
  };

  const follow = async (run: string, about: { own: boolean }) => {
    try {
      await service.follow(run, ({ view, news }) => hear(view, news, about), signal);
    } catch (error) {
      if (!signal.aborted) told.broken(error);
    }
    following.delete(run);
    const last = views.get(run);
    views.delete(run);
    if (!last?.view.over) return;
    ended.add(run);
    told.over(last.view, about.own);
  };

  return {
    watch: (run, own) => {
      if (own) latest = run;
      latest ??= run;
      if (ended.has(run)) return;
      const there = following.get(run);
      if (there) {
        there.own ||= own;
        return;
      }
      const about = { own };
      following.set(run, about);
      void follow(run, about);
    },
    follows: (run) => following.has(run),
    open: () => [...views.values()].filter(({ view }) => !view.over),
    pending: () => [...following.values()].filter(({ own }) => own).length,
    questions: () => {
      const all = [...views.values()].flatMap(({ view }) => view.questions);
      return order.flatMap((code) => all.find((one) => one.code === code && !answered.has(code)) ?? []);
    },
    answered: ({ run, code }) => void answered.set(code, run),
    reopened: (code) => void answered.delete(code),
    moved: (run, code) => {
      if (code === undefined) moving.add(run);
      // It may have been seen closed before its voter was told.
      else if (!seen.has(code) || order.includes(code)) answered.set(code, run);
    },
    stuck: () =>
      [...views.values()].flatMap(({ view, own }) => {
        const isIdle = view.status === 'waiting' || (view.questions.length > 0 && !isRunning(view));
        const isMoving = moving.has(view.run) || [...answered.values()].includes(view.run);
        return own && isIdle && !isMoving ? [view] : [];
      }),
    latest: () => latest,
  };
}

const isRunning = ({ tree }: RunView): boolean => tree.some(({ mark }) => mark === 'running');
