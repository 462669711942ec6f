/** What stands behind `createBaton`: the composition of the command line, in the words of a program. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Baton, BatonOptions, JournalEvent, RunResult } from './baton.ts';
import { type Baton as Composed, composeBaton, isolateWith } from './compose.ts';
import { processEnvironment } from './config.ts';
import type { Configuration, Environment } from './contracts/config.ts';
import { BatonError } from './contracts/error.ts';
import type { EventOf } from './contracts/event.ts';
import type { Actor } from './contracts/task.ts';
import type { Desk } from './core/desk.ts';
import { replay } from './core/evolve.ts';
import type { Log } from './core/ports.ts';
import { openQuestionsOfAll } from './core/store/escalations.ts';
import { loadConfiguration } from './load.ts';

const maxQuestions = 1_000;
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function embedBaton(options: BatonOptions): Promise<Baton> {
  const env = processEnvironment();
  const { configurationFile, source = 'program' } = options;
  const composed = await composeBaton({
    ...options,
    // An empty one is an absent one, as everywhere: options often come from the environment.
    databaseUrl: options.databaseUrl || undefined,
    databaseDirectUrl: options.databaseDirectUrl || undefined,
    home: resolve(options.home || '.baton'),
    log: options.log ?? silent,
    configure: (databaseUrl) => configure(options, { databaseUrl, env }),
    ...(configurationFile !== undefined && { isolate: isolateWith(resolve(configurationFile), env) }),
  });
  return embed(composed, source);
}

async function configure({ configuration, configurationFile }: BatonOptions, environment: Environment) {
  if (configurationFile !== undefined) return loadConfiguration(configurationFile, environment);
  const made = typeof configuration === 'function' ? configuration(environment) : configuration;
  refuseIsolated(made);
  return made;
}

/** A process of its own could not load them: there is no file to load. */
function refuseIsolated({ routes, agents = [] }: Configuration): void {
  const problems = [...routes.flatMap((route) => route.agents), ...agents]
    .filter(({ definition }) => 'isolate' in definition && definition.isolate === true)
    .map(({ id }) => ({
      code: 'isolate_without_file',
      path: `agents.${id}`,
      hint: 'isolate needs a configuration file that its process can load: give configurationFile',
    }));
  if (problems.length === 0) return;
  throw new BatonError('config_invalid', 'Isolated agents need a configuration file.', { problems });
}

function embed({ orchestrator, close }: Composed, source: string): Baton {
  const over = new AbortController();
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const actor = (who: string | Actor): Actor => (typeof who === 'string' ? { person: who, via: source } : who);
  const desk = (): Desk => {
    if (over.signal.aborted) throw new BatonError('usage', 'This Baton is stopped.');
    return orchestrator.desk;
  };
  const ending = (signal: AbortSignal | undefined) => (signal ? AbortSignal.any([over.signal, signal]) : over.signal);

  const baton: Baton = {
    start: async () => {
      desk();
      started ??= orchestrator.start();
      await started;
    },
    submit: async (text, { requester, key = randomUUID(), conversation = null }) =>
      desk().submit({ source, key, task: { text, requester: actor(requester), conversation } }, { watch: true }),
    decide: async (code, verb, { by, value }) =>
      desk().vote(code, { actor: actor(by), verb, ...(value !== undefined && { value }) }),
    questions: async (run) => {
      const of = desk();
      const rows = await (run === undefined
        ? openQuestionsOfAll(orchestrator.db.sql, maxQuestions)
        : of.questions(run));
      return rows.map((row) => ({ run: row.run, ...row.question }));
    },
    events: async function* (run, { signal } = {}) {
      const from = desk();
      await known(from, run);
      yield* untilAborted(eventsOf(from, run, ending(signal)), ending(signal));
    },
    result: async (run, { signal } = {}) => {
      for await (const { event } of baton.events(run, signal ? { signal } : {})) {
        if (event.type === 'finished') return resultOf(desk(), run, event);
      }
      throw new BatonError('aborted', 'The run was not over when the wait for it was ended.');
    },
    cancel: async (run, by) => (await desk().cancel(run, actor(by))).result,
    stop: () => {
      over.abort();
      stopped ??= (started ?? Promise.resolve()).catch(() => {}).then(close);
      return stopped;
    },
    [Symbol.asyncDispose]: () => baton.stop(),
  };
  return baton;
}

async function known(desk: Desk, run: string): Promise<void> {
  const found = await desk.find(run);
  if (!found.some(({ id }) => id === run)) throw new BatonError('usage', 'There is no run of this id.');
}

async function* eventsOf(desk: Desk, run: string, signal: AbortSignal): AsyncGenerator<JournalEvent> {
  for await (const { seq, at, events } of desk.follow(run, signal)) {
    for (const event of events) yield { run, seq, at, event };
  }
}

/** What fails because it was ended has just ended. */
async function* untilAborted<T>(from: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  try {
    yield* from;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A large answer is read from where it lies. */
async function resultOf(desk: Desk, run: string, event: EventOf<'finished'>): Promise<RunResult> {
  const { status, reason, report, answer } = event;
  if (answer === null || 'inline' in answer) return { run, status, reason, report, answer: answer?.inline ?? null };
  const { content } = await desk.known(replay(run, await desk.journal(run)));
  return { run, status, reason, report, answer: content(answer) };
}
