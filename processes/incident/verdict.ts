/** What the facts about a target come to. Plain code with thresholds: the same facts, the same verdict. */
import { type Facts, seconds } from './probe.ts';

/** From good to bad. */
export const states = ['healthy', 'expiring', 'degraded', 'down'] as const;
export type State = (typeof states)[number];

export interface Thresholds {
  /** An answer that takes longer is degraded. */
  slowMs: number;
  /** A certificate that ends sooner is expiring. */
  expiringDays: number;
}

export interface Verdict {
  state: State;
  /** Why, in a few words that stand on a card. */
  evidence: string;
  /** Whether a restart may help: it does not renew a certificate, and it does not register a name. */
  curable: boolean;
}

export function assess(facts: Facts, { slowMs, expiringDays }: Thresholds): Verdict {
  const { trouble, status, latencyMs, certificateDays } = facts;
  const answered = status === null ? '' : `HTTP ${status} in ${latencyMs} ms`;
  if (trouble) {
    const evidence = answered === '' ? trouble.what : `${trouble.what}, ${answered}`;
    return { state: 'down', evidence, curable: trouble.at === 'connection' || trouble.at === 'answer' };
  }
  if (status === null || status >= 500) return { state: 'down', evidence: answered || 'no answer', curable: true };
  if (status >= 400) return { state: 'degraded', evidence: answered, curable: false };
  if (latencyMs > slowMs) {
    return { state: 'degraded', evidence: `${answered}, more than ${seconds(slowMs)}`, curable: false };
  }
  if (certificateDays !== null && certificateDays < expiringDays) {
    return {
      state: 'expiring',
      evidence: `${answered}, the certificate ends in ${days(certificateDays)}`,
      curable: false,
    };
  }
  return { state: 'healthy', evidence: answered, curable: false };
}

const days = (count: number): string => (count < 1 ? 'less than a day' : count === 1 ? '1 day' : `${count} days`);

interface Judged {
  target: string;
  state: State;
  evidence: string;
}

/** The worst of several. */
export const worstOf = (all: readonly Judged[]): State =>
  states.findLast((state) => all.some((one) => one.state === state)) ?? 'healthy';

/** Why a service is to be restarted, for the person who decides. */
export const evidenceOf = (all: readonly Judged[]): string =>
  all.map(({ target, evidence }) => `${target}: ${evidence}`).join('; ');

/** What became of a target between two looks at it. */
export const storyOf = (before: Judged, now: Judged): string =>
  `${now.target}: ${before.state === now.state ? '' : `${before.state}, now `}${now.state} (${now.evidence})`;
