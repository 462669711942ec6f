/**
 * The agents that work on texts. Three are models with instructions: what they give has the form of a schema, and what
 * it says of a page is looked up in the page by code, which is the fourth.
 */
import { defineAgent, Refusal } from 'baton';
import { z } from 'zod';
import { maxPages } from './library.ts';
import { standing } from './quotes.ts';
import * as shapes from './schemas.ts';
import { maxTextCharacters } from './tidy.ts';

const extract = defineAgent({
  name: 'text.extract',
  title: 'Extract what the page says about the question',
  ru: { title: 'Найти на странице ответ на вопрос' },
  effect: 'read',
  input: z.strictObject({ text: z.string().min(1).max(maxTextCharacters), question: shapes.topic }),
  output: z.strictObject({ points: shapes.points }),
  timeoutMs: 90_000,
  prompt: { instructions: new URL('./prompts/extract.md', import.meta.url), tier: 'light' },
});

const check = defineAgent({
  name: 'text.check',
  title: 'Keep only points whose quote stands in its page',
  ru: { title: 'Оставить только то, что есть на странице дословно' },
  effect: 'read',
  /** The pages, and what `text.extract` found in each, in the same order. */
  input: z.strictObject({
    pages: z.array(shapes.page).min(1).max(maxPages),
    found: z
      .array(z.strictObject({ points: shapes.points }))
      .min(1)
      .max(maxPages),
  }),
  output: z.strictObject({ sources: shapes.sources, dropped: z.int().nonnegative() }),
  run: ({ pages, found }) => {
    if (pages.length !== found.length) {
      throw new Refusal(`There are ${pages.length} pages, and points of ${found.length}: they cannot be put together.`);
    }
    const sources = pages.map(({ url, title, text }, i) => ({
      url,
      title,
      points: standing(found[i]!.points, text).map((point) => ({ ...point, stands: true as const })),
    }));
    const count = (of: { points: unknown[] }[]) => of.reduce((sum, { points }) => sum + points.length, 0);
    if (count(sources) === 0) throw new Refusal('None of the pages says anything about it that can be quoted.');
    return { sources, dropped: count(found) - count(sources) };
  },
});

const compare = defineAgent({
  name: 'text.compare',
  title: 'Compare the sources',
  ru: { title: 'Сравнить источники' },
  effect: 'read',
  input: z.strictObject({ topic: shapes.topic, sources: shapes.sources }),
  output: z.strictObject(shapes.comparison),
  timeoutMs: 90_000,
  prompt: { instructions: new URL('./prompts/compare.md', import.meta.url), tier: 'mid' },
});

const draft = defineAgent({
  name: 'text.draft',
  title: 'Write the brief',
  ru: { title: 'Написать справку' },
  effect: 'read',
  input: z.strictObject({
    topic: shapes.topic,
    audience: shapes.audience.optional(),
    sources: shapes.sources,
    ...shapes.comparison,
  }),
  output: z.strictObject(shapes.brief),
  timeoutMs: 90_000,
  prompt: { instructions: new URL('./prompts/draft.md', import.meta.url), tier: 'mid' },
});

export const textAgents = { extract, check, compare, draft };
