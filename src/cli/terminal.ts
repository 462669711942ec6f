/** What the commands may know of the terminal: where lines go, whether a person is there, and how to colour words. */
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { processEnvironment } from '../config.ts';
import type { Paint } from '../core/cards/lines.ts';

export interface Terminal {
  /** The answer of the program. */
  out(line: string): void;
  /** Everything that is about the answer: progress, hints, errors. */
  err(line: string): void;
  paint: Paint;
  /** Asks the person at the terminal; null when they went away. Absent when nobody is there. */
  ask: ((question: string, signal: AbortSignal) => Promise<string | null>) | null;
}

/** The terminal of this process. Colours only where a person looks, and not against NO_COLOR. */
export function createTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  // Whoever reads us may go away, as `| head` does: then nobody wants the rest.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const coloured = stdout.isTTY === true && !processEnvironment().NO_COLOR;
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    ask: stdin.isTTY && stdout.isTTY ? ask : null,
  };
}

async function ask(question: string, signal: AbortSignal): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
  // In raw mode Ctrl-C is a key and no signal; for us it is one.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await Promise.race([lines.question(question, { signal }), closed]);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    lines.close();
  }
}
