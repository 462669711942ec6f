/** What a model is asked to put in words, and what is let through of it. */
import { z } from 'zod';
import { BatonError } from '../contracts/error.ts';
import type { Json, JsonSchema } from '../contracts/json.ts';
import type { Enquiry, Wording, WordingRequest } from '../contracts/model.ts';
import { fence } from '../core/fence.ts';
import { anyOf, nothing, strictObject } from './forms/literal.ts';
import { plainWords } from './plain-words.ts';
import { instructionsOf } from './prompts.ts';

const maxText = 600;
const maxProposal = 300;

const text: JsonSchema = { type: 'string' };
const schemas: Record<WordingRequest['kind'], JsonSchema> = {
  closing: strictObject({ text }),
  briefing: strictObject({ text, proposal: anyOf([text, nothing]) }),
};
const languages = { en: 'English', ru: 'Russian' } as const;

/** The question to a model. */
export const wordingQuestion = ({ kind, language, facts }: WordingRequest): Enquiry => ({
  purpose: kind,
  tier: 'mid',
  name: kind,
  instructions: instructionsOf(kind),
  input: `${fence('facts', facts)}\n\nWrite in ${languages[language]}.`,
  schema: schemas[kind],
});

const answer = z.object({ text: z.string(), proposal: z.string().nullish() });

/** The words of an answer, as far as they may be shown. */
export function readWording({ output, by }: { output: Json; by: string }, { kind, facts }: WordingRequest): Wording {
  const parsed = answer.safeParse(output);
  const words = plainWords(parsed.data?.text ?? '', facts, maxText);
  if (words === '') throw new BatonError('model_malformed', 'The answer has no words.');
  const proposal = kind === 'briefing' ? plainWords(parsed.data?.proposal ?? '', facts, maxProposal) : '';
  return { text: words, proposal: proposal || null, by };
}
