/**
 * A card is a view without a platform: a channel renders it within its own limits and markup.
 *
 * Every string in it is untrusted text that a channel escapes; nothing in it is markup.
 */
import { z } from 'zod';
import { verbs } from './escalation.ts';

export const cardFact = z.strictObject({ label: z.string(), text: z.string() });
export const cardLine = z.strictObject({
  mark: z.enum(['waiting', 'running', 'done', 'failed', 'skipped', 'undone', 'note']),
  text: z.string(),
  detail: z.string().optional(),
});
export const cardButton = z.strictObject({ verb: z.enum(verbs), label: z.string() });

export const card = z.strictObject({
  kind: z.enum(['progress', 'question', 'summary', 'notice']),
  /** What it is written in, for the few words that a channel adds. Cards did not always say it. */
  language: z.enum(['en', 'ru']).default('en'),
  title: z.string(),
  facts: z.array(cardFact),
  /** The value that facts show a part of, in full: for a file beside the card, while there is something to decide. */
  whole: z.array(cardFact).optional(),
  lines: z.array(cardLine),
  /** The question's code, when there is something to decide; a channel makes its buttons' tokens of it. */
  code: z.string().nullable(),
  buttons: z.array(cardButton),
});
export type Card = z.infer<typeof card>;
export type CardLine = z.infer<typeof cardLine>;
