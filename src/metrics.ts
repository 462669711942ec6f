/** The figures of a deployment in the text format of Prometheus (prometheus.io/docs/instrumenting/exposition_formats). */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Channel } from './contracts/channel.ts';
import { runStatuses } from './contracts/run.ts';
import type { Taken } from './core/store/ledger-totals.ts';
import type { Metrics } from './core/store/metrics.ts';
import type { BreakerView } from './models/breaker.ts';

type Sample = [labels: Record<string, string>, value: number];

const resolutionMs = 20;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

const label = (text: string): string =>
  text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

function family(kind: 'gauge' | 'counter', name: string, help: string, samples: readonly Sample[]): string[] {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${label(text)}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines];
}

const gauge = (name: string, help: string, samples: readonly Sample[]) => family('gauge', name, help, samples);
const counter = (name: string, help: string, samples: readonly Sample[]) => family('counter', name, help, samples);

/** What the ledger has come to: it only grows. */
function takenText({ calls, tokens, money }: Taken): string[] {
  const cost = Object.entries(money).map(([currency, micros]): Sample => [{ currency }, micros / 1e6]);
  return [
    ...counter('baton_model_calls_total', 'Calls of models, and of agents with a price, that have ended.', [
      [{ end: 'answered' }, calls.answered],
      [{ end: 'failed' }, calls.failed],
    ]),
    ...counter('baton_model_tokens_total', 'Tokens that models have taken, input and output.', [[{}, tokens]]),
    ...counter('baton_model_cost_total', 'Money at the prices of the tables, by currency.', cost),
  ];
}

/** In seconds. The sampling itself takes its time, which is no delay. */
const behind = (): number => Math.max(0, (delay.percentile(99) || 0) / 1e9 - resolutionMs / 1e3);

/** `figures` null: the database does not answer, which is a figure too. */
export function metricsText(
  figures: Metrics | null,
  channels: readonly Channel[],
  breakers: readonly BreakerView[] = [],
): string {
  const open = runStatuses.filter((status) => !['completed', 'failed', 'cancelled'].includes(status));
  const of = (count: Record<string, number>, all: readonly string[], name: string): Sample[] =>
    all.map((one) => [{ [name]: one }, count[one] ?? 0]);
  const lines = [
    ...gauge('baton_up', 'The process answers.', [[{}, 1]]),
    ...gauge('baton_database_up', 'The database answers this process.', [[{}, figures ? 1 : 0]]),
    ...gauge(
      'baton_channel_up',
      'The channel is connected.',
      channels.map(({ name, health }) => [{ channel: name }, (health?.().ok ?? true) ? 1 : 0]),
    ),
    ...(breakers.length > 0
      ? gauge(
          'baton_model_provider_up',
          'The provider of models answers this process, or has not been found to fail.',
          breakers.map(({ provider, state }) => [{ provider }, state === 'closed' ? 1 : 0]),
        )
      : []),
    ...(figures
      ? [
          ...gauge('baton_runs', 'Runs that are not over, by status.', of(figures.runs, open, 'status')),
          ...gauge('baton_questions_open', 'Questions that wait for people.', [[{}, figures.questions]]),
          ...gauge('baton_posts_waiting', 'Cards that are not shown as they should be yet.', [[{}, figures.posts]]),
          ...gauge(
            'baton_inbox',
            'Messages that are not done, by status.',
            of(figures.inbox, ['pending', 'dead'], 'status'),
          ),
          ...gauge('baton_workers', 'Workers that are registered.', [[{}, figures.workers]]),
          ...takenText(figures.taken),
        ]
      : []),
    ...gauge('process_resident_memory_bytes', 'Memory of this process.', [[{}, process.memoryUsage.rss()]]),
    ...gauge('baton_event_loop_delay_seconds', 'The delay of the event loop that 99 of 100 turns stay below.', [
      [{}, behind()],
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
