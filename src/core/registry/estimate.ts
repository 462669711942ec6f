/** The prices of people, support and development: what is not understood must not look as if it cost nothing. */
import type { Problem } from '../../contracts/error.ts';
import { estimateDefinition } from '../../contracts/estimate-config.ts';

export function checkEstimate(given: unknown = {}): Problem[] {
  const { error } = estimateDefinition.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => ({
    code: 'estimate_invalid',
    path: ['estimate', ...path].join('.'),
    hint: message,
  }));
}
