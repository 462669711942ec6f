/**
 * The closed catalogue of what can go wrong, and the one error class that carries it.
 *
 * Code decides by `code`, never by message text. A failure holds no payload, no token and no text of people: what it
 * may hold beside its message is a path into a value and the names of types.
 */
import { z } from 'zod';

const catalogue = {
  // Start: the deployment is wrong. Exit code 2, nothing has run.
  config_invalid: { retryable: false, meaning: 'The configuration does not hold; every problem is listed.' },
  config_not_found: { retryable: false, meaning: 'The configuration file does not exist or does not load.' },
  usage: { retryable: false, meaning: 'A command or an argument is unknown or malformed.' },
  // Start: the database. Exit code 4.
  database_unreachable: { retryable: true, meaning: 'Postgres does not answer at the configured address.' },
  database_unsupported: { retryable: false, meaning: 'Postgres is older than 15.' },
  // How an attempt ends, other than well.
  agent_missing: { retryable: false, meaning: 'No agent of that name and version is registered on this worker.' },
  contract_drift: { retryable: false, meaning: 'The registered contract is not the one the run was planned with.' },
  contract_violation: { retryable: false, meaning: 'A value does not have the shape its contract demands.' },
  agent_failed: { retryable: true, meaning: 'The agent threw or exited.' },
  agent_refused: { retryable: false, meaning: 'The agent said no and did nothing.' },
  agent_throttled: { retryable: true, meaning: 'The agent asked to come back later and did nothing.' },
  agent_unreachable: { retryable: true, meaning: 'The request never left: no connection could be made.' },
  agent_unavailable: { retryable: true, meaning: 'The agent answered with a server error, or the connection broke.' },
  timed_out: { retryable: true, meaning: 'No answer within the time limit.' },
  output_malformed: { retryable: true, meaning: 'The answer is not what its transport promises, e.g. not JSON.' },
  output_too_large: { retryable: false, meaning: 'The answer passed the cap on bytes or on nesting.' },
  aborted: { retryable: true, meaning: 'The attempt was stopped from this side while it ran.' },
  // How a call of a model ends, other than well.
  model_missing: { retryable: false, meaning: 'Only a model can do this, and none is set up.' },
  model_unreachable: { retryable: true, meaning: 'No connection to the provider of the model could be made.' },
  model_unavailable: {
    retryable: true,
    meaning: 'The provider answered with a server error, or the connection broke.',
  },
  model_throttled: { retryable: true, meaning: 'The provider asked to come back later.' },
  model_quota: { retryable: false, meaning: 'The account with the provider has nothing left to spend.' },
  model_unauthorised: { retryable: false, meaning: 'The provider does not accept the key.' },
  model_rejected: { retryable: false, meaning: 'The provider did not accept the request, e.g. knows no such model.' },
  model_refused: { retryable: false, meaning: 'The model declined to answer.' },
  model_filtered: { retryable: false, meaning: 'A filter of the provider held the answer back.' },
  model_truncated: { retryable: false, meaning: 'The answer was cut off at its limit of tokens.' },
  model_malformed: { retryable: true, meaning: 'The answer does not have the form that was asked for.' },
  budget_soft: { retryable: true, meaning: 'A soft limit is reached; people are asked whether to go on.' },
  budget_exceeded: { retryable: false, meaning: 'A hard limit of money, tokens or calls is reached.' },
  worker_lost: { retryable: true, meaning: 'The worker that ran the attempt died or lost its lease.' },
  // How a step or a run ends, other than well.
  unroutable: { retryable: false, meaning: 'The task fits no route.' },
  intake_failed: { retryable: true, meaning: 'The task could not be understood by the provider.' },
  plan_unproven: { retryable: false, meaning: 'The plan does not pass the proof.' },
  reference_missing: { retryable: false, meaning: 'A reference leads to a value that is not there.' },
  value_too_large: { retryable: false, meaning: 'A value, a list or a run passed its limit.' },
  change_rejected: { retryable: false, meaning: 'The database refused what the run wanted to record.' },
  loop_detected: { retryable: false, meaning: 'The run goes in a circle: the same calls give the same results.' },
  deadline_exceeded: { retryable: false, meaning: 'The run did not end within the time that its route gives it.' },
  rejected: { retryable: false, meaning: 'A person said no.' },
  expired: { retryable: false, meaning: 'Nobody answered in time.' },
  stopped: { retryable: false, meaning: 'A person stopped the step.' },
  cancelled: { retryable: false, meaning: 'The run was cancelled.' },
  unexpected: { retryable: false, meaning: 'A defect in Baton.' },
} as const;

export type ErrorCode = keyof typeof catalogue;
export const errorCodes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]];

/** A mismatch between a value and its schema: where, what the contract demands, what came. Types and names only. */
export const mismatch = z.strictObject({ path: z.string(), expected: z.string(), received: z.string() });
export type Mismatch = z.infer<typeof mismatch>;

/** A failure as data: journalled, shown, decided upon. */
export const failure = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string().max(500),
  retryable: z.boolean(),
  retryAfterMs: z.number().nonnegative().optional(),
  /** What the agent gave as its reason, for people: untrusted text that is shown and never logged. */
  said: z.string().max(300).optional(),
  side: z.enum(['input', 'output']).optional(),
  mismatches: z.array(mismatch).max(20).optional(),
});
export type Failure = z.infer<typeof failure>;

/** Builds a failure with the catalogue's own answer to "may this be repeated". */
export function fail(code: ErrorCode, message: string, more: Partial<Omit<Failure, 'code' | 'message'>> = {}): Failure {
  return { code, message: message.slice(0, 500), retryable: catalogue[code].retryable, ...more };
}

/** A failure in words for people, with the agent's own reason. Not for logs: the reason is somebody's text. */
export const explain = ({ message, said }: Failure): string => (said ? `${message}: ${said}` : message);

/** One problem of a configuration: a stable code, where it is, and what to do about it. */
export interface Problem {
  code: string;
  path: string;
  hint: string;
}

/** The one error that Baton throws on purpose. */
export class BatonError extends Error {
  readonly failure: Failure;
  readonly problems: Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    more: { problems?: Problem[]; cause?: unknown } & Partial<Failure> = {},
  ) {
    const { problems = [], cause, ...rest } = more;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BatonError';
    this.failure = fail(code, message, rest);
    this.problems = problems;
  }

  get code(): ErrorCode {
    return this.failure.code;
  }
}
