/** What flows between the agents of a brief. A plan is proven against these, so they say what must not be skipped. */
import { z } from 'zod';
import { maxPages } from './library.ts';
import { maxTextCharacters } from './tidy.ts';

export const address = z
  .string()
  .max(2_000)
  .regex(/^https?:\/\/\S+$/);
export const addresses = z.array(address).min(1).max(maxPages);

export const topic = z.string().min(2).max(500);
export const audience = z.string().min(2).max(200);

export const page = z.strictObject({
  url: address,
  title: z.string(),
  text: z.string().min(1).max(maxTextCharacters),
});

const point = z.strictObject({
  statement: z.string().min(1).max(400),
  /** Word for word, and long enough to prove something. */
  quote: z.string().min(8).max(600),
});
export const points = z.array(point).max(12);

/** Only `text.check` gives it, so no plan can hand on what a model says that a page says. */
const checked = point.extend({ stands: z.literal(true) });
export const sources = z
  .array(z.strictObject({ url: address, title: z.string(), points: z.array(checked) }))
  .min(1)
  .max(maxPages);

export const comparison = {
  agreements: z.array(z.strictObject({ statement: z.string(), urls: z.array(address).min(1) })).max(20),
  differences: z
    .array(
      z.strictObject({
        about: z.string(),
        views: z.array(z.strictObject({ url: address, says: z.string() })).min(1),
      }),
    )
    .max(20),
  gaps: z.array(z.string()).max(20),
};

/**
 * Five paragraphs of 300 characters: as much as a question shows. So whoever approves a brief has read it, and not only
 * how it begins.
 */
export const brief = {
  title: z.string().min(3).max(150),
  body: z.array(z.string().min(1).max(300)).min(1).max(5),
  sources: addresses,
};
