/** The agents and the people of the simulation: what they do and say depends on the scenario, never on who asks. */
import { type Failure, fail } from '../../src/contracts/error.ts';
import type { Question } from '../../src/contracts/escalation.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { Call, Known } from '../../src/core/move.ts';
import { drawn, type End, type Scenario } from './simulation-scenario.ts';

export type AttemptCall = Extract<Call, { kind: 'attempt' }>;

/** What truly happened in the world. */
export interface Effect {
  agent: string;
  key: string;
  ref: string;
  revision: number;
  undo: boolean;
}

export interface Result {
  end: 'done' | 'refused' | 'not_sent' | 'unknown';
  output?: Json;
  error?: Failure;
}

/** Agents that remember every key; what they do to the world goes to `effects`. */
export function createAgents(scenario: Scenario, known: Known, effects: Effect[]) {
  const answered = new Map<string, number>();
  return (agent: string, key: string, input: Json, { ref, revision, undo }: AttemptCall): Result => {
    const contract = known.contract(`c:${agent}`);
    const { first, last } = scenario.behaviours[contract.name]!;
    const calls = (answered.get(key) ?? 0) + 1;
    answered.set(key, calls);
    const end: End = first[calls - 1] ?? last;
    const n = drawn(10, agent, JSON.stringify(input));
    const happens = end === 'done' || ((end === 'unknown' || end === 'broken') && drawn(2, key, calls) === 0);
    const isRepeat = contract.idempotent && effects.some((effect) => effect.key === key);
    if (happens && contract.effect !== 'read' && !isRepeat) effects.push({ agent, key, ref, revision, undo });
    if (end === 'done') {
      const list = Array.from({ length: n % 4 }, (_, i) => n + i);
      return { end, output: { n, even: n % 2 === 0, list } };
    }
    if (end === 'throttled')
      return { end: 'refused', error: fail('agent_throttled', '', { retryAfterMs: drawn(3, key) * 20 }) };
    if (end === 'refused') return { end, error: fail('agent_refused', '') };
    if (end === 'not_sent') return { end, error: fail('agent_unreachable', '') };
    return { end: 'unknown', error: fail(end === 'broken' ? 'contract_violation' : 'timed_out', '') };
  };
}

/** Verb and value by a number from 0 to 9. */
export function sayOf(scenario: Scenario, { kind, policy }: Question, pick: number, times: number) {
  const value = { n: 4, even: true, list: [1, 2] };
  if (kind === 'answer') return pick === 0 ? (['stop', undefined] as const) : (['answer', { order: '9' }] as const);
  if (kind === 'approve') {
    if (pick === 0) return ['reject', undefined] as const;
    return pick < 3 && times === 1 ? (['edit', { n: pick * 4 }] as const) : (['approve', undefined] as const);
  }
  if (kind === 'failure') {
    if (pick < 3 && times < 3) return ['retry', undefined] as const;
    if (pick < 6 && policy.verbs.includes('skip')) return ['skip', undefined] as const;
    return pick < 8 ? (['give', value] as const) : (['stop', undefined] as const);
  }
  const calm = scenario.people === 'prompt' && scenario.contracts.every(({ retry }) => retry.attempts > 10);
  if (calm || pick === 0 || (times > 3 && pick < 5)) return ['stop', undefined] as const;
  return pick < 5 || times > 3 ? (['done', value] as const) : (['retry', undefined] as const);
}
