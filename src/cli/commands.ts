/** The commands by name, with what their help says. What a command needs is loaded when it is called. */
import { readFileSync } from 'node:fs';
import { loadProcessSettings, processEnvironment } from '../config.ts';
import { BatonError } from '../contracts/error.ts';
import { suggestion } from '../core/nearest.ts';
import { heedSignals } from '../signals.ts';
import type { Command } from './call.ts';
import { exit, tellError } from './exit.ts';
import { commandHelp, overview } from './help.ts';
import type { Terminal } from './terminal.ts';
import { type Flag, type Given, readArguments } from './usage.ts';

const common = {
  config: { value: 'file', help: 'the configuration file, from anywhere on the disk (default: baton.config.ts here)' },
  help: { help: 'show this' },
} satisfies Record<string, Flag>;

const json = { help: 'one JSON object a line on stdout, and nothing else there' } satisfies Flag;

const console: Command = {
  name: 'console',
  arguments: [],
  summary: 'the terminal: write tasks, watch them run, answer questions; the same as no command at all',
  details: [
    'Where nobody is at the terminal, lines are read from the pipe, and each change is a line. When they end, the runs',
    'that were begun are waited for. Exit codes as with run; 2 also for a line that was not understood.',
  ],
  flags: { ...common },
  load: async () => {
    (await import('./memory.ts')).staySmall();
    return (await import('./console.ts')).openConsole;
  },
};

export const commands: readonly Command[] = [
  console,
  {
    name: 'run',
    arguments: ['task'],
    rest: true,
    summary: 'do a task, and follow it to its end',
    details: [
      'A question is asked here. Where nobody is at the terminal, it stays open, and the command that answers it is shown.',
      'Exit codes: 0 completed; 1 failed, rejected, cancelled or expired; 2 usage or configuration; 3 a question is',
      'open; 4 the database is out of reach.',
    ],
    flags: {
      decide: {
        value: 'answer',
        help: "answers each question: approve, reject, 'edit:{…}', 'answer:{…}', 'done:{…}', retry, skip, 'give:{…}', stop",
      },
      key: { value: 'id', help: 'names the message: the same key is the same run, however often it is sent' },
      json,
      ...common,
    },
    load: async () => (await import('./run.ts')).runTask,
  },
  {
    name: 'plan',
    arguments: ['task'],
    rest: true,
    summary: 'how a task would be understood and planned, and what speaks against the plan; nothing is run',
    details: ['Exit codes: 0 a proven plan; 1 none.'],
    flags: { json, ...common },
    load: async () => (await import('./plan.ts')).showPlan,
  },
  {
    name: 'decide',
    arguments: ['code', 'answer'],
    summary: 'answer a question by its code, and follow the run to its end',
    details: [
      "An answer is approve, reject, retry, skip or stop, or one with a value: 'edit:{…}', 'answer:{…}', 'done:{…}', 'give:{…}'.",
    ],
    flags: { json, ...common },
    load: async () => (await import('./decide.ts')).decideQuestion,
  },
  {
    name: 'show',
    arguments: ['run'],
    summary: 'the trace of a run: what was called, with what, how it ended',
    details: ['A run is named by its id, or by the beginning or the end of it.'],
    flags: { json, ...common },
    load: async () => (await import('./show.ts')).showRun,
  },
  {
    name: 'why',
    arguments: ['run'],
    summary: 'how a run came to where it is: why each step ran, waited, was skipped or failed',
    details: ['In the language of the task. A run is named by its id, or by the beginning or the end of it.'],
    flags: { json, ...common },
    load: async () => (await import('./why.ts')).explainRun,
  },
  {
    name: 'runs',
    arguments: [],
    summary: 'the latest runs',
    details: [],
    flags: {
      limit: { value: 'n', help: 'at most so many (default 20)' },
      overkill: { help: 'instead, the routes that plan steps and have never needed more than one agent, once' },
      json,
      ...common,
    },
    load: async () => (await import('./runs.ts')).listLatest,
  },
  {
    name: 'cancel',
    arguments: ['run'],
    summary: 'cancel a run, and take back what it did',
    details: ['A run is named by its id, or by the beginning or the end of it.'],
    flags: { ...common },
    load: async () => (await import('./cancel.ts')).cancelRun,
  },
  {
    name: 'worker',
    arguments: [],
    summary: 'another pair of hands: takes runs until it is told to stop',
    details: ['Ctrl-C lets what runs end; a second one ends the process at once. It logs to stderr.'],
    flags: { ...common },
    load: async () => (await import('./worker.ts')).work,
  },
  {
    name: 'doctor',
    arguments: [],
    summary: 'look at everything a deployment rests on; each line is ok, or says what to do',
    details: [
      'It changes nothing. Exit codes: 0 all is well; 1 something needs attention; 2 the configuration does not hold;',
      '4 the database is out of reach.',
    ],
    flags: { deep: { help: 'go through all data as well, and look for what must never be' }, json, ...common },
    load: async () => (await import('./doctor.ts')).examine,
  },
  {
    name: 'cost',
    arguments: ['run'],
    optional: true,
    summary: 'what models, and agents with a price, have taken; of everything, or of one run',
    details: [
      'Tokens and money by route, agent, model and day, each with a line in all. Money is shown by currency, and never',
      'added across them. A call at a price that nobody knows counts in the column n/a. Days are those of UTC.',
    ],
    flags: {
      by: { value: 'what', help: 'route, agent, model, day or purpose, or several with commas' },
      since: { value: 'day', help: 'from that day on, as in 2026-11-01; or the last days, today included, as in 7d' },
      until: { value: 'day', help: 'up to that day, which counts' },
      csv: { help: 'comma-separated values, with a column a currency' },
      json,
      ...common,
    },
    load: async () => (await import('./cost.ts')).showCost,
  },
  {
    name: 'estimate',
    arguments: [],
    summary: 'what a month would cost, in tokens and in money; it needs no database and no key',
    details: [
      'Low, expected and high, with every assumption and where it comes from. Prices are tables in src/models/prices.',
      'Once 20 runs of the last 30 days have asked models, tokens, failed calls and questions are those of the ledger.',
      'What people, support and development cost may stand in the configuration (estimate); a flag comes before it.',
      'An amount is in the currency of the one --provider, or names its own, as in 30000RUB.',
    ],
    flags: {
      tasks: { value: 'n', help: 'tasks a day (default 200)' },
      steps: { value: 'n', help: 'steps a task (default 5)' },
      days: { value: 'n', help: 'days a month (default 30)' },
      provider: { value: 'name', help: 'openai, gigachat or all (default all)' },
      models: { value: 'tiers', help: 'which models, as in light=…,mid=…,strong=…; one without a price costs n/a' },
      rate: { value: 'roubles', help: 'roubles for one dollar: money is then shown in both' },
      'minute-cost': { value: 'amount', help: 'what a minute of the people costs who are asked' },
      development: { value: 'amount', help: 'what building your process costs, once' },
      support: { value: 'amount', help: 'what looking after it costs a month' },
      assume: { help: 'take what is assumed, and do not look at the ledger' },
      json,
      ...common,
    },
    load: async () => (await import('./estimate.ts')).estimateCost,
  },
  {
    name: 'migrate',
    arguments: [],
    summary: 'bring the tables to this version (every command does so by itself)',
    details: [],
    flags: { ...common },
    load: async () => (await import('./worker.ts')).migrateTables,
  },
];

/** Runs one command line and says the exit code. Never throws. */
export async function runCommandLine(line: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const [name, ...rest] = line;
    if (name === '--version') return tell(terminal, [versionOf()]);
    if (name === undefined) return await run(console, readArguments(console, []), terminal);
    if (name === '--help') return tell(terminal, overview(commands));
    if (name === 'help') return tell(terminal, rest[0] === undefined ? overview(commands) : commandHelp(find(rest[0])));
    const command = find(name);
    const isHelp = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined).includes('--help');
    if (isHelp) return tell(terminal, commandHelp(command));
    return await run(command, readArguments(command, rest), terminal);
  } catch (error) {
    return tellError(error, terminal);
  }
}

async function run(command: Command, given: Given, terminal: Terminal): Promise<number> {
  const settings = loadProcessSettings({
    BATON_CONFIG: given.flags.config === true ? undefined : given.flags.config,
    // A person at the terminal reads answers, not a log; a worker's log is all it says.
    BATON_LOG_LEVEL: processEnvironment().BATON_LOG_LEVEL || (command.name === 'worker' ? 'info' : 'warn'),
  });
  using signals = heedSignals();
  const act = await command.load();
  return await act({ ...given, terminal, settings, signal: signals.signal });
}

function find(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const hint = `is no command; ${suggestion(name, [...commands.map((one) => one.name), 'help'])}`;
  throw new BatonError('usage', `${name} ${hint}`, { problems: [{ code: 'usage', path: name, hint }] });
}

function tell({ out }: Terminal, lines: readonly string[]): number {
  lines.forEach(out);
  return exit.completed;
}

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
