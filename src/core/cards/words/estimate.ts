/** What the calculator says in a chat. A language that lacks a sentence does not compile. */

/** `range`s are three numbers as text: low / expected / high. */
export interface EstimateWords {
  title(tasks: number, steps: number): string;
  /** How it is called; the numbers are the most that it takes. */
  usage(tasks: number, steps: number): string;
  facts: Record<'month' | 'tokens' | 'minutes' | 'perMillion' | 'people' | 'support' | 'all' | 'development', string>;
  month(tasks: bigint, steps: bigint, days: number): string;
  unknown: string;
  scenarios: string;
  measured(runs: number, since: string): string;
  /** `found` null: nobody has looked. */
  assumed(found: number | null, needed: number): string;
  calls(steps: string, repeats: string, cached: string): string;
  failed(share: string): string;
  /** How often people are asked about 100 tasks, and how long each takes them. */
  asked(times: string, minutes: string): string;
  leftOut(what: readonly string[]): string;
  foreign(providers: string): string;
  nameless(models: string): string;
  prices(provider: string, from: string, certainty: 'official' | 'secondary' | 'unofficial'): string;
  rate(amount: string, of: string, one: string): string;
  noBill: string;
}
