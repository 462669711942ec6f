/**
 * OpenAI, in dollars for a million tokens: standard service, requests of up to 272,000 tokens of input. Batch and flex
 * cost half, longer requests more.
 *
 * None was read by us at developers.openai.com/api/docs/pricing: all come from people who say that they read it there.
 * They move every few weeks, so look before you rely on them. Where the day of a change is not known, `from` is the day
 * of the source.
 */
import { definePrices } from './table.ts';

const finout = 'finout.io, 26 June 2026, and others; cached input reckoned at a tenth';
const laozhang = 'docs.laozhang.ai, notice of 30 July 2026, checked by them on 1 August';
const adk = 'docs.rs, adk-model 0.6.0 and finout.io, 26 June 2026; of March 2026';

export const openai = definePrices({
  provider: 'openai',
  currency: 'USD',
  models: { light: 'gpt-6-luna', mid: 'gpt-6.1-terra', strong: 'gpt-6.1-sol' },
  prices: [
    {
      model: 'gpt-6.1-sol',
      input: 2,
      cachedInput: 0.1,
      output: 10,
      from: '2026-09-29',
      source: 'release notes of codex_usage 1.5.5 and CodexManager 0.4.7, 30 September 2026',
      certainty: 'secondary',
    },
    {
      model: 'gpt-6.1-terra',
      input: 1,
      cachedInput: 0.05,
      output: 5,
      from: '2026-10-26',
      source: 'docs.litellm.ai and docs.apiyi.com, 27 October 2026',
      certainty: 'secondary',
    },
    {
      model: 'gpt-6-astra',
      input: 10,
      cachedInput: 1,
      output: 50,
      from: '2026-09-03',
      source: 'release notes of PromptFuel 1.0.19, 7 September 2026',
      certainty: 'secondary',
    },
    {
      model: 'gpt-6-sol',
      input: 2,
      cachedInput: 0.2,
      output: 10,
      from: '2026-09-22',
      source: 'release notes of codexometer 0.18.4, 22 September 2026',
      certainty: 'secondary',
    },
    {
      model: 'gpt-6-luna',
      input: 0.1,
      cachedInput: 0.01,
      output: 0.5,
      from: '2026-09-22',
      source: 'release notes of codexometer 0.18.4, 22 September 2026',
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.6-sol',
      input: 5,
      cachedInput: 0.5,
      output: 30,
      from: '2026-07-09',
      source: laozhang,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.6-sol',
      input: 4,
      cachedInput: 0.4,
      output: 20,
      from: '2026-08-21',
      source:
        'release notes of PromptFuel 1.0.17, 25 August 2026; a promotion until 21 November at least, what came then is not known',
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.6-terra',
      input: 2.5,
      cachedInput: 0.25,
      output: 15,
      from: '2026-07-09',
      source: laozhang,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.6-terra',
      input: 2,
      cachedInput: 0.2,
      output: 12,
      from: '2026-07-30',
      source: laozhang,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.6-luna',
      input: 1,
      cachedInput: 0.1,
      output: 6,
      from: '2026-07-09',
      source: laozhang,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.6-luna',
      input: 0.2,
      cachedInput: 0.02,
      output: 1.2,
      from: '2026-07-30',
      source: laozhang,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.5',
      input: 5,
      cachedInput: 0.5,
      output: 30,
      from: '2026-06-26',
      source: finout,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.4',
      input: 2.5,
      cachedInput: 0.25,
      output: 15,
      from: '2026-03-01',
      source: adk,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.4-mini',
      input: 0.75,
      cachedInput: 0.075,
      output: 4.5,
      from: '2026-03-01',
      source: adk,
      certainty: 'secondary',
    },
    {
      model: 'gpt-5.4-nano',
      input: 0.2,
      cachedInput: 0.02,
      output: 1.25,
      from: '2026-06-26',
      source: finout,
      certainty: 'secondary',
    },
  ],
});
