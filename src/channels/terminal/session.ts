/**
 * The terminal with a person before it. Keys and changes of runs come in; what stays is printed, what goes on is painted
 * again in place. It decides nothing: every task, answer and cancel goes through the service.
 */
import type { Verb } from '../../contracts/escalation.ts';
import type { Json } from '../../contracts/json.ts';
import { isFinal } from '../../contracts/run.ts';
import { fitsWhole, type Scene } from './arrange.ts';
import { cardRows, type Look, overRows, shortRun } from './blocks.ts';
import { type Board, createBoard } from './board.ts';
import { voteRows, waitingRows } from './deeds.ts';
import { createDisplay, type Display, type Screen } from './display.ts';
import type { Key } from './editor.ts';
import { chosen, createFocus, type Focus, keysOf } from './focus.ts';
import { beginForm, type Filling, pastedInto, refused, stepOf } from './form.ts';
import type { History } from './history.ts';
import { createLines, type Lines } from './lines.ts';
import { createPrompt, type Prompt } from './prompt.ts';
import type { Asked, RunView, Service } from './service.ts';
import type { Row } from './spans.ts';
import type { TerminalWords } from './words.ts';

export interface SessionSettings {
  service: Service;
  screen: Screen;
  words: TerminalWords;
  history: History;
  /** The person wants to leave; again, while it drains: at once. */
  leave(): void;
}

const pollMs = 5_000;
const mostOfBefore = 20;

export class Session {
  readonly #settings: SessionSettings;
  readonly #display: Display;
  readonly #board: Board;
  readonly #prompt: Prompt;
  readonly #lines: Lines;
  readonly #focus: Focus = createFocus();
  readonly #following = new AbortController();
  /** Questions whose card is too long for the screen and stands above. */
  readonly #printed = new Set<string>();
  /** Runs that Tab knows, the latest last. */
  readonly #recent = new Set<string>();
  /** What is on its way to the database. */
  readonly #sending = new Set<Promise<unknown>>();
  #filling: Filling | null = null;
  #notice: Row[] = [];
  #draining = false;
  #poll: NodeJS.Timeout | null = null;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    const { service, screen, words } = settings;
    this.#prompt = createPrompt(settings.history);
    this.#display = createDisplay(screen, words, (look) => this.#scene(look));
    const told = {
      changed: () => this.#display.soon(),
      over: (view: RunView) => {
        // First it leaves the live rows, so that it never stands there twice.
        this.#display.paint();
        this.#print(overRows(view, this.#display.look()));
      },
      broken: (error: unknown) => {
        if (!this.#draining) this.#print([[[words.databaseAway(service.reason(error)), 'red']]]);
      },
    };
    this.#board = createBoard(service, told, this.#following.signal);
    this.#lines = createLines({
      service,
      words,
      columns: screen.columns,
      watch: (run, own) => {
        this.#recent.add(shortRun(run));
        this.#board.watch(run, own);
      },
      moved: this.#board.moved,
      bring: (code) => this.#focus.bring(code, Date.now()),
      latest: this.#board.latest,
      questions: this.#board.questions,
      fill: (asked, verb) => {
        this.#focus.bring(asked.code, Date.now());
        this.#choose(asked, verb);
      },
    });
  }

  /** Says what there is, takes up what is open from before, and shows the line. */
  async start(): Promise<void> {
    const { service, words } = this.#settings;
    this.#print([[[words.ready(service.examples.map(({ title }) => title).join(', ')), 'bold']]]);
    const [runs, waiting] = await Promise.all([service.runs(200), service.inbox()]);
    for (const { run } of runs.slice(0, 50).reverse()) this.#recent.add(shortRun(run));
    const open = runs.filter((run) => !isFinal(run.status) && !waiting.some((one) => one.run === run.run));
    if (open.length > 0) this.#print([[[words.goesOn(open.length), 'dim']]]);
    if (waiting.length > 0) this.#print([[[words.waits(waiting.length), 'yellow']], ...waitingRows(waiting)]);
    const before = [...open.slice(0, mostOfBefore).map(({ run }) => run), ...waiting.map(({ run }) => run)];
    for (const run of before) this.#board.watch(run, false);
    this.#poll = setInterval(() => void this.#lookForQuestions(), pollMs);
    this.#display.paint();
  }

  key(key: Key): void {
    if (key.ctrl && key.name === 'c') this.#interrupt();
    else if (!this.#draining) {
      this.#notice = [];
      if (key.ctrl && key.name === 'l') this.#display.wipe();
      else if (this.#filling) this.#fill(key, this.#filling);
      else if (this.#focus.code() !== null) this.#press(key);
      else this.#write(key);
    }
    this.#display.paint();
  }

  /** Pasted text is written, and never taken for keys. */
  paste(text: string): void {
    if (this.#draining) return;
    if (this.#filling) this.#filling = pastedInto(this.#filling, text);
    else {
      this.#focus.later(this.#board.questions());
      this.#prompt.paste(text);
    }
    this.#focus.typed(Date.now());
    this.#display.paint();
  }

  resized(): void {
    this.#display.resized();
  }

  /** Something from beside the runs, e.g. a line of the log. */
  say(text: string): void {
    this.#print([[[text, 'dim']]]);
  }

  /** From now on what runs is let to end. Resolves when what the person has sent has arrived. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#filling = null;
    this.#display.paint();
    await Promise.allSettled(this.#sending);
  }

  /** Takes the live rows away, and says what is left. */
  end(): void {
    if (this.#poll) clearInterval(this.#poll);
    const { words } = this.#settings;
    const left = this.#board.open();
    const codes = this.#board.questions().map(({ code }) => code);
    this.#following.abort();
    this.#display.end();
    if (left.length > 0) this.#print([[[words.drained(left.length)]]]);
    if (codes.length > 0) this.#print([[[words.leftOpen(codes.join(', '))]]]);
  }

  /** What is being written is dropped first: as in a shell, it takes an empty line to leave. */
  #interrupt(): void {
    const isWriting = this.#filling !== null || this.#prompt.text() !== '';
    if (this.#draining || !isWriting) this.#settings.leave();
    this.#filling = null;
    this.#prompt.set('');
  }

  #write(key: Key): void {
    const questions = this.#board.questions();
    const isEmpty = this.#prompt.text() === '';
    const isEnd = key.ctrl === true && key.name === 'd';
    if (isEnd && isEmpty) this.#settings.leave();
    else if (key.name === 'tab' && isEmpty && questions.length > 0) this.#focus.turn(questions, 1, Date.now());
    else if (key.name === 'tab') this.#complete();
    else {
      this.#focus.typed(Date.now());
      const done = this.#prompt.key(isEnd ? { name: 'delete' } : key);
      if (done !== null && done !== 'edited') void this.#take(done.given);
    }
  }

  #press(key: Key): void {
    const questions = this.#board.questions();
    const asked = questions.find(({ code }) => code === this.#focus.code());
    const isBack = key.name === 'left' || (key.name === 'tab' && key.shift === true);
    if (key.name === 'escape') this.#focus.later(questions);
    else if (key.ctrl && key.name === 'd') this.#settings.leave();
    else if (isBack || key.name === 'tab' || key.name === 'right')
      this.#focus.turn(questions, isBack ? -1 : 1, Date.now());
    else if (asked && this.#focus.armed(Date.now())) {
      const choice = chosen(asked, key);
      const keys = keysOf(asked).map((one) => one.key);
      if (choice) this.#choose(asked, choice.verb);
      else this.#notice = [[[this.#settings.words.pressOneOf(keys.join(', ')), 'dim']]];
    }
  }

  #choose(asked: Asked, verb: Verb): void {
    const form = asked.form(verb);
    if (form === null) void this.#vote(asked, verb);
    else this.#filling = beginForm(asked, verb, form);
  }

  #fill(key: Key, filling: Filling): void {
    const step = stepOf(filling, key);
    this.#filling = step.kind === 'on' ? step.to : null;
    if (step.kind === 'same') this.#notice = [[[this.#settings.words.unchanged, 'dim']]];
    if (step.kind === 'send') void this.#vote(filling.asked, filling.verb, step.value, filling);
  }

  /** A refused value goes back into its form, with what is wrong at its field. */
  async #vote(asked: Asked, verb: Verb, value?: Json, filling: Filling | null = null): Promise<void> {
    const { service, words } = this.#settings;
    this.#board.answered(asked);
    const answer = await this.#try(() => service.vote(asked.code, verb, value));
    if (answer?.result === 'decided') return this.#display.paint();
    this.#board.reopened(asked.code);
    if (answer?.result === 'invalid_value' && filling) {
      const problems = answer.mismatches.map((one) => ({
        ...one,
        problem: words.mismatch(one.expected, one.received),
      }));
      this.#filling = refused(filling, problems);
    } else if (answer) this.#print(voteRows(answer, asked.code, words));
    if (answer?.result === 'counted' || answer?.result === 'already_voted') this.#focus.quiet(asked.code);
    this.#display.paint();
  }

  async #take(line: string): Promise<void> {
    const typed = this.#lines.read(line);
    if (typed.kind === 'nothing') return;
    this.#print([[['› ', 'cyan'], [line.trim()]]]);
    const rows = await this.#try(() => this.#lines.act(typed));
    if (rows && rows.length > 0) this.#print(rows);
    this.#display.paint();
  }

  /** At once, from what is known: a key that is typed right after it finds the completed line. */
  #complete(): void {
    const questions = this.#board.questions();
    this.#prompt.complete({
      runs: [...this.#recent].reverse(),
      codes: questions.map(({ code }) => code),
      examples: this.#settings.service.examples.flatMap(({ text }) => text ?? []),
      verbs: [...new Set(questions.flatMap(({ choices }) => choices.map(({ verb }) => verb)))],
    });
  }

  /** Questions of runs that were begun elsewhere are announced, and do not come forward by themselves. */
  async #lookForQuestions(): Promise<void> {
    const waiting = await this.#settings.service.inbox().catch(() => []);
    for (const { run, code } of waiting) {
      if (this.#board.follows(run)) continue;
      this.#focus.quiet(code);
      this.#board.watch(run, false);
    }
  }

  async #try<T>(act: () => Promise<T>): Promise<T | null> {
    const { service, words } = this.#settings;
    const sent = act();
    this.#sending.add(sent);
    try {
      return await sent;
    } catch (error) {
      if (!this.#following.signal.aborted) this.#print([[[words.databaseAway(service.reason(error)), 'red']]]);
      return null;
    } finally {
      this.#sending.delete(sent);
    }
  }

  #print(rows: readonly Row[]): void {
    this.#display.print(rows);
  }

  /** What is to be seen now. A card that does not fit on the screen is printed once, where it can be scrolled. */
  #scene({ columns, now }: Look): { scene: Scene; againInMs: number | null } {
    const { screen } = this.#settings;
    const questions = this.#board.questions();
    const isFree = this.#prompt.text() === '' && !this.#filling && !this.#draining;
    const againInMs = this.#focus.look(questions, isFree, now);
    const at = this.#draining ? -1 : questions.findIndex(({ code }) => code === this.#focus.code());
    const asked = questions[at];
    const inFull = asked !== undefined && fitsWhole(asked, columns, screen.rows());
    if (asked && !inFull && !this.#printed.has(asked.code)) {
      this.#printed.add(asked.code);
      this.#print([[], ...cardRows(asked.card, columns, ['?', 'yellow'])]);
    }
    const scene: Scene = {
      runs: this.#board.open().map(({ view }) => view),
      asked: asked ? { asked, at, all: questions.length, armed: this.#focus.armed(now), inFull } : null,
      filling: this.#filling,
      line: this.#prompt.line,
      choices: this.#prompt.choices,
      waiting: asked ? 0 : questions.length,
      notice: this.#notice,
      draining: this.#draining,
    };
    return { scene, againInMs };
  }
}
