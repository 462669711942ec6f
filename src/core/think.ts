/**
 * What a provider is asked on behalf of a run. Every model that it asks in the meantime is an event before the one that
 * came of it; a limit that is in the way takes the place of what was wanted.
 */
import type { Event } from '../contracts/event.ts';
import type { Thinking } from '../contracts/model.ts';
import { crossing } from './crossing.ts';
import { factsInWords } from './facts-in-words.ts';
import { inTime } from './in-time.ts';
import { takeIn } from './intake.ts';
import { openMeter, userOf } from './meter.ts';
import type { Call, Known } from './move.ts';
import { makePlan } from './planner.ts';
import { readForCards } from './reading.ts';
import type { RunState } from './state.ts';
import type { Tools } from './tools.ts';
import type { Values } from './values.ts';
import { closing } from './wording.ts';

const thinkLimitMs = 240_000;
const wordLimitMs = 60_000;

export interface Thinker {
  epoch: number;
  tools: Tools;
  values: Values;
  known: Known;
}

export type Thinkable = Extract<Call, { kind: 'intake' | 'plan' | 'word' }>;

/** Never throws. */
export async function think(of: Thinker, call: Thinkable, state: RunState, stop?: AbortSignal): Promise<Event[]> {
  const { epoch, tools } = of;
  const limit = AbortSignal.timeout(call.kind === 'word' ? wordLimitMs : thinkLimitMs);
  const signal = stop ? AbortSignal.any([stop, limit]) : limit;
  const meter = openMeter({ sql: tools.db.sql, epoch, limits: tools.limits, state, payer: null });
  const event = await eventOf(of, call, state, { meter, signal, user: userOf(state) });
  // For want of money nothing fails but words, which are left out.
  const instead = call.kind === 'word' ? null : meter.reached;
  return [...meter.events, instead ?? event];
}

function eventOf(of: Thinker, call: Thinkable, state: RunState, thinking: Thinking): Promise<Event> {
  const { provider, registry, definitions } = of.tools;
  if (call.kind === 'intake') return takeIn(state, provider, registry, thinking);
  if (call.kind === 'word') return word(of, call.about, state, thinking);
  const route = definitions.route(state.route!.definition);
  return makePlan({ state, route, provider, registry, content: of.values.content }, thinking);
}

/** Words, or the fact that there are none: a run never waits for them twice, and never fails for want of them. */
async function word({ tools, known }: Thinker, about: string, state: RunState, thinking: Thinking): Promise<Event> {
  const { provider, db, definitions, registry } = tools;
  try {
    const cards = await readForCards({ db, definitions, people: registry.people }, state);
    const facts = factsInWords(about, state, { ...known, ...cards }, tools.clock.now());
    const kind = about === closing ? ('closing' as const) : ('briefing' as const);
    const request = { kind, language: state.language, facts };
    const said = await crossing('word', () => inTime(provider.word!(request, thinking), thinking.signal));
    return { type: 'worded', v: 1, about, words: { text: said.text, proposal: said.proposal, by: said.by } };
  } catch {
    return { type: 'worded', v: 1, about, words: null };
  }
}
