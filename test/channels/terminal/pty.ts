/**
 * The terminal as a person has it: the real command in a real pseudo-terminal (`script` of util-linux), and a model of
 * the screen that shows what they see.
 */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import headless from '@xterm/headless';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Size {
  columns: number;
  rows: number;
}

export interface Pty {
  /** Types, as a keyboard does. */
  type(text: string): void;
  /** Resolves with the screen as soon as it shows this. */
  until(shown: RegExp | ((screen: string) => boolean)): Promise<string>;
  /** Everything that stands there, with what has scrolled away. */
  screen(): string;
  /** Where the cursor stands, from the top of everything. */
  cursor(): { row: number; column: number };
  /** What was written, byte for byte. */
  raw(): string;
  resize(size: Size): void;
  /** The exit code, once it has ended. */
  ended: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PtyOptions extends Size {
  env: Record<string, string>;
  line?: string[];
}

const deadlineMs = 15_000;

export function openPty({ columns, rows, env, line = [] }: PtyOptions): Pty {
  const terminal = new headless.Terminal({ cols: columns, rows, scrollback: 1_000, allowProposedApi: true });
  const command = `tty; stty rows ${rows} cols ${columns}; exec "$NODE" src/cli.ts ${line.join(' ')}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', NODE: process.execPath, SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let device = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    let shown = text;
    if (device === '') {
      // The first line is the name of the terminal, which only the tests need.
      raw += text;
      const end = raw.indexOf('\n');
      if (end < 0) return;
      device = raw.slice(0, end).trim();
      shown = raw.slice(end + 1);
      raw = '';
    }
    raw += shown;
    terminal.write(shown, () => {
      for (const look of watchers) look();
    });
  });
  const screen = (): string => {
    const { buffer } = terminal;
    const lines = Array.from({ length: buffer.active.length }, (_, i) =>
      buffer.active.getLine(i)!.translateToString(true),
    );
    return lines.join('\n').trimEnd();
  };
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  const until: Pty['until'] = (shown) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        watchers.delete(look);
      };
      const look = () => {
        const now = screen();
        if (!(typeof shown === 'function' ? shown(now) : shown.test(now))) return;
        stop();
        resolve(now);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`not shown: ${shown}\n${screen()}`));
      }, deadlineMs);
      watchers.add(look);
      look();
    });
  return {
    type: (text) => void child.stdin.write(text),
    until,
    screen,
    cursor: () => {
      const { active } = terminal.buffer;
      return { row: active.baseY + active.cursorY, column: active.cursorX };
    },
    raw: () => raw,
    resize: (size) => {
      terminal.resize(size.columns, size.rows);
      execFileSync('stty', ['-F', device, 'rows', String(size.rows), 'cols', String(size.columns)]);
    },
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      terminal.dispose();
    },
  };
}
