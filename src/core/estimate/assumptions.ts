/**
 * What the calculator assumes, and where each number comes from. Nothing here was measured on a provider: the sizes of
 * the repository's own data are, and what is made of them is an estimate. Change a number, and the sentence follows.
 */
import type { Assumptions, Range } from './shape.ts';

const range = (low: number, expected: number, high: number): Range<number> => ({ low, expected, high });

export const assumptions: Assumptions = {
  calls: {
    intake: { input: range(1_000, 1_500, 3_000), output: range(100, 200, 400) },
    planning: { input: range(3_000, 5_000, 10_000), output: range(600, 1_200, 3_000) },
    steps: { input: range(1_000, 2_000, 5_000), output: range(150, 300, 800) },
    closing: { input: range(1_000, 2_000, 4_000), output: range(150, 300, 600) },
  },
  modelSteps: range(20, 40, 80),
  cachedInput: range(50, 25, 0),
  retries: range(1, 5, 15),
  escalations: range(5, 15, 40),
  minutesEach: range(1, 3, 10),
};
