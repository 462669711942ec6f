/** What a proof may find. The codes are stable: planners repair by them, people search for them. */

export const findingCodes = [
  'too_many_steps',
  'duplicate_step',
  'unknown_agent',
  'agent_not_allowed',
  'cycle',
  'dangling_reference',
  'answer_reference',
  'type_mismatch',
  'missing_input',
  'unknown_input',
  'foreach_not_a_list',
  'condition_type',
  'effect_without_approval',
  'compensation_missing',
] as const;
export type FindingCode = (typeof findingCodes)[number];

export interface Finding {
  code: FindingCode;
  /** Where it is in the plan: `steps.pay.input.amount`. */
  path: string;
  /** What is wrong there, and what to write instead. */
  hint: string;
}
