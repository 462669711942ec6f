/**
 * The route: what a brief is, and which agents may be used for it. It has no plan: a model plans each task over these
 * agents, code proves the plan, and only then does anything run. What is posted waits for an editor, whoever planned it.
 */
import { approval, defineRoute } from 'baton';
import { z } from 'zod';
import type { BriefAgents } from './agents.ts';
import { patterns } from './message.ts';
import { addresses, audience, topic } from './schemas.ts';

export interface BriefTerms {
  /** The role of those who decide what is posted, and about whatever else is asked. */
  editors: string;
}

/** The route `brief` over these agents, on these terms. */
export function createBriefRoute(
  { sources, fetch, extract, check, compare, draft, post }: BriefAgents,
  { editors }: BriefTerms,
) {
  const terms = { deciders: { roles: [editors] } };
  return defineRoute({
    name: 'brief',
    title: 'Write a brief',
    ru: { title: 'Подготовить справку', ask: { topic: 'О чём справка?' } },
    description: 'Reads pages on a topic, compares what they say, writes a short brief, and posts it with your word.',
    patterns,
    examples: ['Research brief on brewing green tea', 'Подготовь справку о заваривании зелёного чая'],
    fields: z.strictObject({ topic, urls: addresses.optional(), audience: audience.optional() }),
    ask: { topic: 'What shall the brief be about?' },
    agents: [sources, fetch, extract, check, compare, draft, post],
    questions: terms,
    approvals: [approval(post, () => terms)],
  });
}
