/** What a model is made to think in tests of the whole: an answer for each form that Baton asks for, as one who reads. */
import type { Json } from '../../src/contracts/json.ts';
import type { Plan } from '../../src/contracts/plan.ts';
import { fromPlan } from '../../src/models/forms/plan-form.ts';
import { planOverList } from '../processes/brief-plans.ts';

/** A request as every provider has it. */
export interface Asked {
  /** The name of the form: `understanding`, `plan`, `closing`, `briefing`, or an agent's. */
  name: string;
  instructions: string;
  input: string;
}

/** What is thought of a request; a function may look at what was asked, and at how often. */
export type Thought = Json | ((asked: Asked, nth: number) => Json);

export type Mind = (asked: Asked) => Json;

const quotes: [page: string, quote: string][] = [
  ['between 70 and 80', 'Green tea is brewed with water between 70 and 80 °C.'],
  ['infused three times', 'Good leaves of green tea can be infused three times.'],
  ['about six months', 'Opened, it keeps its taste for about six months'],
];

const extracted = ({ input }: Asked): Json => ({
  points: quotes
    .filter(([page]) => input.includes(page))
    .map(([page, quote]) => ({ statement: `It says: ${page}.`, quote })),
});

const urlsIn = (input: string): string[] => [...new Set(input.match(/http:\/\/127\.0\.0\.1:\d+\/tea\/\w+/g) ?? [])];

export const inForm = (plan: Plan): Json => fromPlan(plan as unknown as Json);

/** A brief on green tea, planned over the list of the deployment. */
export const briefThoughts: Record<string, Thought> = {
  understanding: ({ input }) => ({
    task: { route: 'brief', fields: { topic: 'Brewing green tea', urls: null, audience: null }, onePass: null },
    language: /[а-я]{4}/i.test(input.slice(input.lastIndexOf('what="message"'))) ? 'ru' : 'en',
  }),
  plan: inForm(planOverList),
  text_extract: extracted,
  text_compare: { agreements: [], differences: [], gaps: ['Nothing is said of cups.'] },
  text_draft: ({ input }) => ({
    title: 'How green tea is brewed',
    body: ['Water between 70 and 80 °C, three infusions.'],
    sources: urlsIn(input),
  }),
  closing: { text: 'The brief is posted. It names the water and the leaves.' },
  briefing: { text: 'The plan could not be proven.', proposal: 'Use the listed agents only.' },
};

/** A mind of these thoughts, and how often each form was asked for. */
export function createMind(thoughts: Record<string, Thought>): { think: Mind; count: (name: string) => number } {
  const counts = new Map<string, number>();
  return {
    count: (name) => counts.get(name) ?? 0,
    think: (asked) => {
      const nth = (counts.get(asked.name) ?? 0) + 1;
      counts.set(asked.name, nth);
      const thought = thoughts[asked.name];
      if (thought === undefined) throw new Error(`nothing is thought of ${asked.name}`);
      return typeof thought === 'function' ? thought(asked, nth) : thought;
    },
  };
}
