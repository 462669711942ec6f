/** A call of a model as journal and ledger keep it. */
import type { ModelCall } from '../../src/contracts/usage.ts';

export const modelCall = (more: Partial<ModelCall> = {}): ModelCall => ({
  id: '01900000-0000-4000-8000-000000000001',
  purpose: 'plan',
  tier: 'strong',
  provider: 'openai',
  model: 'gpt-6.1-sol',
  prompt: 'p',
  error: null,
  usage: { input: 5_000, cachedInput: 4_000, output: 210, reasoning: 10 },
  cost: { micros: 12_345, currency: 'USD', prices: '2026-09-29' },
  requestId: 'req_1',
  durationMs: 900,
  ...more,
});
