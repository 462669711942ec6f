/**
 * The decorated receiver: between whatever delivers and Bolt, it takes in what came before Bolt confirms it. What Bolt
 * calls `processEvent` confirms events first and runs listeners then (slackapi/bolt-js src/App.ts).
 */
import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import { addressOf, messageOf } from './addresses.ts';
import { type Arrival, type Draft, readArrival } from './arrivals.ts';
import { type Begun, beginAt, markLost } from './begin.ts';
import { pause } from './bolt.ts';
import { typedIn, viewKey } from './forms.ts';
import type { Carried, Tools } from './listeners.ts';
import type { Taken } from './taking.ts';
import { menuVerbs } from './words.ts';

export type Process = (event: ReceiverEvent) => Promise<void>;

/** Whatever delivers; it hands over to `process`, and answers once that is done or has confirmed. */
export interface Deliverer {
  open(process: Process): void;
  close(): Promise<void>;
}

const rootMs = 1_200;

export function createReceiver(deliverer: Deliverer, tools: Tools, inHand: Set<Promise<void>>): Receiver {
  let process: Process | null = null;
  return {
    init: (app: App) => {
      process = (event) => {
        const work = handle(app, event, tools).finally(() => inHand.delete(work));
        inHand.add(work);
        return work;
      };
    },
    // Not before there are listeners to hear it.
    start: async () => {
      if (process) deliverer.open(process);
    },
    stop: () => deliverer.close(),
  };
}

async function handle(app: App, event: ReceiverEvent, tools: Tools): Promise<void> {
  const arrival = readArrival(event.body, tools.identity);
  if (event.body.type === 'app_rate_limited') tools.log.warn({}, 'Slack leaves events out: there were too many');
  if (arrival.kind === 'ignored') return event.ack();
  const carried = await taken(arrival, tools);
  // A socket may have closed meanwhile. What was kept is kept, and whoever did it is told all the same.
  const ack = async (answer?: unknown) => {
    await event.ack(answer).catch(() => tools.log.info({}, 'a confirmation did not get through'));
  };
  await app.processEvent({ ...event, ack, customProperties: carried });
}

/** Rejects for an event that could not be kept: nothing is confirmed, and Slack delivers it again. */
async function taken(arrival: Arrival, tools: Tools): Promise<Carried> {
  const { taking } = tools;
  switch (arrival.kind) {
    case 'update': {
      const { by, isPressed } = arrival;
      const update = { ...(await answering(arrival, tools)), ...whereKnown(arrival, tools) };
      return { arrival, taken: await (isPressed ? taking.pressed(by, update) : taking.event(by, update)) };
    }
    case 'filled':
      return { arrival, taken: await taking.pressed(arrival.by, filledBy(arrival, tools)) };
    case 'begin':
      return begin(arrival, tools);
    default:
      return { arrival, taken: null };
  }
}

/** A command is about its sender's own things, wherever it is given; but a guest is somebody in that channel alone. */
function whereKnown(
  { by, update, place }: Extract<Arrival, { kind: 'update' }>,
  { people, identity }: Tools,
): Pick<Draft, 'conversation'> {
  const { conversation } = update;
  const here = addressOf(identity.team, place.channel, place.thread);
  return { conversation: people.isStranger(by, conversation) && !people.isStranger(by, here) ? here : conversation };
}

/** In a thread there are no replies to one message: what is written after a prompt is taken for its answer. */
async function answering(
  { by, update, place }: Extract<Arrival, { kind: 'update' }>,
  { answers }: Tools,
): Promise<Draft> {
  if (update.kind !== 'said' || update.about !== null || !update.inThread) return update;
  const root = place.thread === null ? null : messageOf(place.channel, place.thread);
  if (menuVerbs.some((verb) => verb === update.text.toLowerCase())) return { ...update, about: root };
  return { ...update, about: (await answers.promptIn(update.conversation, by)) ?? root };
}

function filledBy({ by, view, code, verb, at }: Extract<Arrival, { kind: 'filled' }>, { identity }: Tools): Draft {
  const typed = typedIn(view);
  const conversation = at ?? addressOf(identity.team, by.user, null);
  return { kind: 'filled', key: viewKey(view, typed), conversation, code, verb, typed };
}

async function begin(arrival: Extract<Arrival, { kind: 'begin' }>, tools: Tools): Promise<Carried> {
  const { taking, people, identity, api } = tools;
  const { by, text } = arrival;
  if (text === '') return { arrival, taken: null };
  const since = performance.now();
  const asked = people.languageOf(by);
  if (people.isStranger(by, addressOf(identity.team, arrival.from.channel, null))) {
    const isTold = people.mayRefuse(by);
    return { arrival, taken: { state: 'stranger', language: await asked, isTold } };
  }
  const posting = beginAt(arrival, people.knownLanguageOf(by), identity, tools).catch(() => null);
  const begun = await Promise.race([posting, pause(rootMs).then(() => null)]);
  if (begun === null) {
    // It may still come to stand there: then it says itself that nothing came of it.
    void posting.then((there) => there && markLost(there, people.knownLanguageOf(by), api));
    return { arrival, taken: { state: 'lost', language: await asked, outcome: Promise.resolve(null) } };
  }
  const { update, place } = begun;
  const of = await taking.pressed(by, update, since);
  if (of.state === 'lost') void markIfLost(of, begun, tools);
  return { arrival: { kind: 'update', by, place, update, isPressed: true }, taken: of };
}

async function markIfLost(of: Extract<Taken, { state: 'lost' }>, begun: Begun, { api }: Tools) {
  if ((await of.outcome) === null) await markLost(begun, of.language, api);
}
