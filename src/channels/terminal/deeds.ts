/** What the verbs do and say, on a screen and through a pipe alike. */
import type { Verb, VoteAnswer } from '../../contracts/escalation.ts';
import type { Json } from '../../contracts/json.ts';
import { isFinal } from '../../contracts/run.ts';
import { cardRows, shortRun } from './blocks.ts';
import type { RunItem, Service } from './service.ts';
import { padded, type Row, textWidth } from './spans.ts';
import { type Command, isCode } from './typed.ts';
import type { TerminalWords } from './words.ts';

export interface Deeds {
  service: Service;
  words: TerminalWords;
  columns(): number;
  /** Begins to follow a run; `own`: it was begun here. */
  watch(run: string, own: boolean): void;
  /** Something was asked of a run whose next change is on its way; `code`: its question was answered. */
  moved(run: string, code?: string): void;
  /** Brings a question before the person. */
  bring(code: string): void;
  /** The run that a verb without one is about. */
  latest(): string | null;
}

const listed = 20;

/** Carries out one verb and says what there is to say. */
export async function perform(command: Command, target: string | null, deeds: Deeds): Promise<Row[]> {
  if (command === 'help') return helpRows(deeds);
  if (command === 'runs') return runTable(await deeds.service.runs(listed), deeds);
  if (command === 'status') return status(deeds);
  if (command === 'inbox') return inbox(target, deeds);
  if (command === 'estimate') return estimate(target, deeds);
  const { service, words } = deeds;
  if (command === 'retry' && target !== null && isCode(target)) {
    const given = await answer({ verb: 'retry' }, target, deeds);
    if (given.answer.result !== 'unknown_question') return given.rows;
  }
  const found = await findRun(target ?? deeds.latest(), command, deeds);
  if (!('run' in found)) return found.rows;
  const { run } = found;
  if (command === 'show') return (await service.trace(run.run)).map((line): Row => [[line]]);
  if (command === 'why') return [...cardRows(await service.why(run.run), deeds.columns()), []];
  if (command === 'cost') return [[[`${shortRun(run.run)}: ${await service.cost(run.run)}`]]];
  if (command === 'retry') return retry(run, deeds);
  const result = await service.cancel(run.run);
  if (result === 'requested') deeds.watch(run.run, true);
  if (result === 'requested') deeds.moved(run.run);
  return [[[`${shortRun(run.run)}: ${words.cancel[result]}`]]];
}

async function estimate(numbers: string | null, { service, columns }: Deeds): Promise<Row[]> {
  const { line, card } = await service.estimate(numbers?.split(' ') ?? []);
  return card ? [...cardRows(card, columns()), []] : [[[line]]];
}

type Found = { run: RunItem } | { rows: Row[] };

async function findRun(typed: string | null, command: Command, { service, words }: Deeds): Promise<Found> {
  if (typed === null) return { rows: [[[words.needsRun(command)]]] };
  const found = await service.find(typed.toLowerCase());
  const [run] = found;
  if (run && found.length === 1) return { run };
  const text = run ? words.several(typed, found.map((one) => one.run).join(', ')) : words.noRun(typed);
  return { rows: [[[text]]] };
}

/** A question that may be tried again is answered so; a run that ended otherwise than well is begun anew. */
async function retry({ run, status: at }: RunItem, deeds: Deeds): Promise<Row[]> {
  const { service, words } = deeds;
  if (at === 'completed') return [[[words.completed]]];
  if (isFinal(at)) {
    const begun = await service.begin(await service.taskOf(run));
    if ('problem' in begun) return [[[words.notBegun(begun.problem)]]];
    deeds.watch(begun.run, true);
    return [[[words.again(shortRun(run))]]];
  }
  const waiting = (await service.inbox()).filter((one) => one.run === run && one.verbs.includes('retry'));
  if (waiting.length === 0) return [[[words.notOver]]];
  const rows: Row[] = [];
  for (const { code } of waiting) rows.push(...(await answer({ verb: 'retry' }, code, deeds)).rows);
  return rows;
}

async function status({ service, words }: Deeds): Promise<Row[]> {
  const [runs, waiting] = await Promise.all([service.runs(200), service.inbox()]);
  const running = runs.filter((one) => !isFinal(one.status));
  return [
    [[words.status(running.length, waiting.length)]],
    ...(running.length > 0 ? table(running, service, words) : []),
  ];
}

async function inbox(target: string | null, deeds: Deeds): Promise<Row[]> {
  const { service, words } = deeds;
  const waiting = await service.inbox();
  if (target !== null) {
    const meant = waiting.find(({ code, run }) => code === target || run.endsWith(target) || run.startsWith(target));
    if (!meant) return [[[words.noQuestion(target)]]];
    deeds.watch(meant.run, false);
    deeds.bring(meant.code);
    return [];
  }
  if (waiting.length === 0) return [[[words.nothingWaits]]];
  for (const { run } of waiting) deeds.watch(run, false);
  deeds.bring(waiting[0]!.code);
  return [[[words.waits(waiting.length)]], ...waitingRows(waiting)];
}

/** A line a question. */
export const waitingRows = (waiting: readonly { code: string; run: string; title: string }[]): Row[] =>
  waiting.map(({ code, run, title }) => [['  '], [code, 'bold'], [`  ${title}`], [`  ${shortRun(run)}`, 'dim']]);

const runTable = (runs: readonly RunItem[], { service, words }: Deeds): Row[] =>
  runs.length === 0 ? [[[words.noRuns]]] : table(runs, service, words);

function table(runs: readonly RunItem[], { duration }: Service, { columns }: TerminalWords): Row[] {
  const cells = runs.map(({ run, statusText, route, begunAt, tookMs, title }) => [
    shortRun(run),
    statusText,
    route ?? '–',
    `${new Date(begunAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    tookMs === null ? '–' : duration(tookMs),
    title,
  ]);
  const head = [columns.run, columns.status, columns.route, columns.begun, columns.took, columns.task];
  const widths = head.map((_, i) => Math.max(...[head, ...cells].map((row) => textWidth(row[i]!))));
  const line = (row: readonly string[]) => row.map((cell, i) => (i < 5 ? padded(cell, widths[i]!) : cell)).join('  ');
  return [[[line(head), 'dim']], ...cells.map((row): Row => [[line(row)]])];
}

/** What became of an answer; nothing when it decided, for the run itself goes on to tell that. */
export function voteRows(answer: VoteAnswer, code: string, { votes, mismatch }: TerminalWords): Row[] {
  switch (answer.result) {
    case 'decided':
      return [];
    case 'counted':
      return [[[votes.counted(answer.votes, answer.quorum, code)]]];
    case 'already_decided':
      return [[[votes.already_decided(code, answer.outcome, answer.by)]]];
    case 'already_voted':
      return [[[votes.already_voted(code)]]];
    case 'not_allowed':
      return [[[votes.not_allowed(answer.why)]]];
    case 'invalid_value':
      return [
        [[votes.invalid_value, 'red']],
        ...answer.mismatches.map((one): Row => [[`  ${one.path}: ${mismatch(one.expected, one.received)}`]]),
      ];
    case 'unknown_question':
      return [[[votes.unknown_question(code)]]];
  }
}

/** An answer that was typed as a line; the run that it decides is followed on. */
export async function answer(
  { verb, value }: { verb: Verb; value?: Json },
  code: string,
  { service, words, watch, moved }: Deeds,
): Promise<{ answer: VoteAnswer; rows: Row[] }> {
  const result = await service.vote(code, verb, value);
  if (result.result === 'decided') {
    watch(result.run, true);
    moved(result.run, code);
  }
  return { answer: result, rows: voteRows(result, code, words) };
}

function helpRows({ service: { examples }, words: { help } }: Deeds): Row[] {
  const width = Math.max(...Object.keys(help.verbs).map(textWidth));
  const offered = examples.filter(({ text }) => text !== null);
  return [
    [[help.intro]],
    ...Object.entries(help.verbs).map(([verb, what]): Row => [['  '], [padded(verb, width), 'bold'], [`  ${what}`]]),
    [],
    [[help.examples]],
    ...offered.map(({ text, title }): Row => [[`  ${text}`], [`  ${title}`, 'dim']]),
    [],
    [[help.keys]],
    ...help.keyLines.map((line): Row => [[`  ${line}`]]),
  ];
}
