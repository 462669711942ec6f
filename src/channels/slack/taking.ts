/**
 * Taking what came in: kept before Slack is told anything. Bolt confirms an event before any listener runs
 * (slackapi/bolt-js src/App.ts, processEvent), so a process that dies in between would lose it; here it is durable
 * first. Clicks, commands and forms are never delivered again, and want an answer within three seconds: who cannot be
 * told the outcome by then is told that it follows, or that nothing was recorded.
 */
import type { Hall, Inbound, Receipt } from '../../contracts/channel.ts';
import type { Account, Draft } from './arrivals.ts';
import { pause } from './bolt.ts';
import type { Language } from './language.ts';
import type { People } from './people.ts';

export type Taken =
  /** `person` is null for a stranger, of whom nothing is kept; `isTold`: they are told so this time. */
  | { state: 'stranger'; language: Language; isTold: boolean }
  | { state: 'done'; language: Language; receipt: Receipt }
  /** It is in good hands, and takes longer than the sender can be kept waiting. */
  | { state: 'late'; language: Language; outcome: Promise<Receipt | null> }
  /** It is not known to be kept. If it is after all, the outcome tells. */
  | { state: 'lost'; language: Language; outcome: Promise<Receipt | null> };

const waitMs = 1_500;
const shortestWaitMs = 300;
const keptMs = 500;

export interface Taking {
  /** An event: rejects when it could not be kept, and Slack delivers it again. */
  event(by: Account, update: Draft): Promise<Taken>;
  /** Something that somebody waits for, `since` when (milliseconds, monotonic; else now). Never rejects. */
  pressed(by: Account, update: Draft, since?: number): Promise<Taken>;
}

interface Sender {
  language: Language;
  /** Null: a guest. */
  person: string | null;
  account: string;
}

export function createTaking(hall: Hall, people: People): Taking {
  const begin = async (by: Account, conversation: string): Promise<Sender | Taken> => {
    const person = people.personOf(by);
    if (!people.isStranger(by, conversation)) {
      return { language: await people.languageOf(by), person, account: people.idOf(by) };
    }
    const isTold = people.mayRefuse(by);
    return { state: 'stranger', language: isTold ? await people.languageOf(by) : 'en', isTold };
  };
  const full = (update: Draft, of: Sender): Inbound => ({ ...update, ...of }) as Inbound;

  return {
    event: async (by, update) => {
      const sender = await begin(by, update.conversation);
      if ('state' in sender) return sender;
      return { state: 'done', language: sender.language, receipt: await hall.receive(full(update, sender)) };
    },
    pressed: async (by, update, since = performance.now()) => {
      const sender = await begin(by, update.conversation);
      if ('state' in sender) return sender;
      const { language } = sender;
      const kept = Promise.withResolvers<'kept'>();
      const told = { onKept: () => kept.resolve('kept') };
      const outcome = hall.receive(full(update, sender), told).catch(() => null);
      const inTime = await Promise.race([outcome, after(waitMs - (performance.now() - since))]);
      if (inTime !== null && inTime !== 'late') return { state: 'done', language, receipt: inTime };
      // Whatever is kept is handled, by another process if need be.
      const first = await Promise.race([kept.promise, outcome, after(keptMs)]);
      if (first !== null && typeof first === 'object') return { state: 'done', language, receipt: first };
      return { state: first === 'kept' ? 'late' : 'lost', language, outcome };
    },
  };
}

const after = (ms: number): Promise<'late'> => pause(Math.max(ms, shortestWaitMs)).then(() => 'late');
