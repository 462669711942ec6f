/** The terminal channel, which `npm start` opens: with a person before it a screen, else lines through a pipe. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openHistory } from '../channels/terminal/history.ts';
import { openKeyboard } from '../channels/terminal/keyboard.ts';
import { languageOf, terminalWords } from '../channels/terminal/language.ts';
import { type PlainEnd, runPlain } from '../channels/terminal/plain.ts';
import { Session } from '../channels/terminal/session.ts';
import { processEnvironment } from '../config.ts';
import { consoleWordsIn } from '../core/cards/words.ts';
import { openBaton } from '../main.ts';
import type { Call } from './call.ts';
import { createService } from './console/service.ts';
import { exit } from './exit.ts';

const ends: Record<PlainEnd, number> = {
  completed: exit.completed,
  not_completed: exit.notCompleted,
  misread: exit.usage,
  open: exit.open,
  interrupted: exit.interrupted,
};

export function openConsole(call: Call): Promise<number> {
  const { stdin, stdout } = process;
  const isScreen = stdin.isTTY && stdout.isTTY && processEnvironment().TERM !== 'dumb';
  return isScreen ? openScreen(call) : readPipe(call);
}

async function readPipe({ settings, terminal, signal }: Call): Promise<number> {
  const reader = createInterface({ input: process.stdin, terminal: false });
  // Taken at once: lines that come while the database is opened would be lost, and the end of them never heard of.
  const lines = reader[Symbol.asyncIterator]();
  signal.addEventListener('abort', () => reader.close(), { once: true });
  const baton = await openBaton(settings, { work: true, chats: true, onProgress: terminal.err });
  try {
    const language = languageOf(processEnvironment());
    const words = terminalWords(language, consoleWordsIn(language).form);
    const service = createService(baton.orchestrator, language, words);
    return ends[await runPlain({ service, words, lines, out: terminal.out, signal })];
  } finally {
    await baton.close();
  }
}

async function openScreen({ settings, terminal, signal }: Call): Promise<number> {
  const { stdin, stdout } = process;
  const env = processEnvironment();
  const language = languageOf(env);
  const words = terminalWords(language, consoleWordsIn(language).form);
  // What the log says meanwhile stands between the runs, and not across them.
  let say = (line: string): void => terminal.err(line);
  const onLog = (line: string) => say(line.trimEnd());
  const baton = await openBaton(settings, { work: true, chats: true, onProgress: terminal.err, onLog });
  const left = Promise.withResolvers<void>();
  let isLeaving = false;
  const leave = () => {
    // The second time nobody wants to wait.
    if (isLeaving) process.exit(exit.interrupted);
    isLeaving = true;
    left.resolve();
  };
  const write = (text: string) => void stdout.write(text);
  const session = new Session({
    service: createService(baton.orchestrator, language, words),
    screen: { write, columns: () => stdout.columns || 80, rows: () => stdout.rows || 24, coloured: !env.NO_COLOR },
    words,
    history: openHistory(join(settings.home, 'history')),
    leave,
  });
  const keyboard = openKeyboard(stdin, write, session);
  const resized = () => session.resized();
  stdout.on('resize', resized);
  if (process.stderr.isTTY) say = (line) => session.say(line);
  signal.addEventListener('abort', left.resolve as () => void, { once: true });
  stdin.once('end', left.resolve as () => void);
  try {
    await session.start();
    await left.promise;
    isLeaving = true;
    await session.drain();
  } finally {
    await baton.close().finally(() => {
      session.end();
      stdout.off('resize', resized);
      keyboard.close();
      say = terminal.err;
    });
  }
  return exit.completed;
}
