/**
 * Where the questions of a run stand beside its own conversation: with each person who may decide, on their own. A
 * person with several addresses is asked at the first one; the sender goes to the next when that one will never take
 * it, for a question that could not be delivered has not been asked.
 */
import type { Policy } from '../contracts/escalation.ts';
import type { QuestionState, RunState } from './state.ts';

/** More than these are not written to one by one: whoever else may decide finds the question where the run lives. */
const maxPeople = 10;

/** Those who may decide by now, and could: the requester may not everywhere. */
function mayDecideByNow({ question: { policy }, tiers }: QuestionState): string[] {
  const own = policy.requester.person;
  const all = [policy, ...policy.tiers.slice(0, tiers)].flatMap(({ people }) => people);
  return [...new Set(all)].filter((person) => person !== own || policy.selfApproval === 'always').slice(0, maxPeople);
}

/** A conversation on one's own, or a part of it. */
export const isWithin = (conversation: string | null, address: string): boolean =>
  conversation === address || (conversation?.startsWith(`${address}/`) ?? false);

/**
 * Where people are asked on their own. Once there is something to tell of it, also where they would have been asked
 * next: whoever renders it leaves out what was never shown there.
 */
export function placesOf(id: string, { questions, task }: RunState): string[] {
  const asked = questions[id];
  if (!asked) return [];
  const { addresses } = asked.question.policy;
  const isNew = asked.decision === null && !asked.reminded && asked.tiers === 0;
  return mayDecideByNow(asked).flatMap((person) => {
    const own = addresses[person] ?? [];
    if (own.some((address) => isWithin(task.conversation, address))) return [];
    return isNew ? own.slice(0, 1) : own;
  });
}

/** The next address of whoever was to be asked at this one; null when there is none. */
export function placeAfter(conversation: string, { addresses }: Pick<Policy, 'addresses'>): string | null {
  const own = Object.values(addresses).find((all) => all.includes(conversation)) ?? [];
  return own[own.indexOf(conversation) + 1] ?? null;
}

/** Where those who decided something did so, on their own: they are told how the run ended. */
export function decidersPlaces({ questions, task }: RunState): string[] {
  return Object.values(questions).flatMap(({ question, decision }) => {
    if (!decision?.by) return [];
    const { person, via } = decision.by;
    const own = question.policy.addresses[person] ?? [];
    if (own.some((address) => isWithin(task.conversation, address))) return [];
    return own.filter((address) => address.startsWith(`${via}:`)).slice(0, 1);
  });
}
