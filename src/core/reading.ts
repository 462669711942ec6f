/** What the cards of a run read beside its state: definitions, large values, and how people are called. */
import type { KnownToCards } from './cards/veil.ts';
import type { People } from './registry/people.ts';
import type { RunState } from './state.ts';
import type { Database } from './store/database.ts';
import type { Definitions } from './store/definitions.ts';
import { createValues } from './values.ts';

export interface Sources {
  db: Database;
  definitions: Definitions;
  people: People;
}

/** Loads it. What the run is pinned to is read as it was; people are called as they are called now. */
export async function readForCards({ db, definitions, people }: Sources, state: RunState): Promise<KnownToCards> {
  const asked = Object.values(state.questions).map(({ question }) => question);
  await definitions.load([
    ...Object.values(state.contracts),
    ...(state.route ? [state.route.definition] : []),
    ...asked.flatMap(({ definition, subject }) => [definition, ...(subject ? [subject.contract] : [])]),
  ]);
  const values = createValues(db.sql, state.run);
  if (hasBlobs(state)) await values.load();
  return {
    contract: definitions.contract,
    route: definitions.route,
    content: values.content,
    name: (person) => nameIn(people, person),
  };
}

/** Two who are called the same are told apart. */
function nameIn(people: People, person: string): string {
  const name = people.get(person)?.name ?? person;
  const isShared = [...people.values()].some((other) => other.id !== person && other.name === name);
  return isShared ? `${name} (${person})` : name;
}

const hasBlobs = (state: RunState): boolean =>
  [
    state.finished?.answer,
    ...state.thought.refused.map(({ plan }) => plan),
    ...Object.values(state.steps).flatMap((step) => [
      step.output,
      ...[...step.attempts, ...step.undo.attempts].flatMap(({ input, output }) => [input, output]),
    ]),
  ].some((value) => value != null && 'blob' in value);
