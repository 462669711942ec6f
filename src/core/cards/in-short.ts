/** What a run's output is made of: its state so far, what the state refers to, and what of it nobody may see. */
import type { Contract } from '../../contracts/contract.ts';
import type { Json, Value } from '../../contracts/json.ts';
import { factsOf } from './facts.ts';
import type { Material } from './steps.ts';
import { shorten } from './text.ts';
import { type Path, veilOf } from './veil.ts';
import { wordsIn } from './words.ts';

const maxCharacters = 160;

/** Untrusted text on one line, cut, with nothing in it that a terminal would obey. */
export const harmless = (text: string, max = maxCharacters): string => shorten(text, max, wordsIn('en'));

/** A value in one line: `order: 1042, customer: Maria Keller`. Hidden places stay hidden. */
export function inShort(
  { known, words, secrets }: Material,
  value: Value,
  hidden: readonly Path[],
  max = maxCharacters,
): string {
  const content: Json = known.content(value);
  const isEmpty = content !== null && typeof content === 'object' && Object.keys(content).length === 0;
  if (isEmpty) return '';
  const facts = factsOf(content, veilOf(hidden, secrets), words);
  return harmless(facts.map(({ label, text }) => `${label}: ${text}`).join(', '), max);
}

/** The contract that an agent of this run is pinned to. */
export const contractOf = ({ state, known }: Material, agent: string): Contract | null => {
  const pinned = state.contracts[agent];
  return pinned === undefined ? null : known.contract(pinned);
};
