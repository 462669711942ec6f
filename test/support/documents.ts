/** The documents as their reader follows them: code blocks, and an empty folder in which 'baton' can be imported. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Block {
  language: string;
  /** The last words in backticks before the block: the file that it is, where the document names one. */
  file: string | null;
  text: string;
  /** Marked in the document as not run by the tests, with the reason. */
  unrun: string | null;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((found) => {
    const [, language = '', body = ''] = found;
    const before = text.slice(0, found.index).trimEnd().split('\n').at(-1) ?? '';
    return {
      language,
      text: body,
      file: /`([^`]+\.(?:ts|yaml|json))`[^`]*$/.exec(before)?.[1] ?? null,
      unrun: /\*Not run by the tests: ([^*]+)\*/.exec(before)?.[1] ?? null,
    };
  });
}

export interface Folder extends Disposable {
  readonly path: string;
  write(file: string, text: string): void;
  /** Runs a program in it, with the sources of this clone behind 'baton'. */
  call(command: string, args: readonly string[], env?: Record<string, string>): Promise<Called>;
  /** Type-checks everything in it as strictly as we check ourselves. Says what is wrong. */
  check(): Promise<string>;
}

export interface Called {
  code: number | null;
  out: string;
  err: string;
}

/** An empty folder, as if Baton had been installed into it. */
export function emptyFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'baton-document-'));
  mkdirSync(join(path, 'node_modules/@types'), { recursive: true });
  symlinkSync(root, join(path, 'node_modules/baton'));
  for (const name of ['zod', '@types/node'])
    symlinkSync(join(root, 'node_modules', name), join(path, 'node_modules', name));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  write('package.json', '{ "type": "module" }');
  const call: Folder['call'] = (command, args, env = {}) => {
    const child = spawn(command, args, {
      cwd: path,
      env: { PATH: process.env.PATH ?? '', NODE_OPTIONS: '--conditions=baton-source', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended: Called = { code: null, out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ended.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.err += text;
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
  };
  return {
    path,
    write,
    call,
    check: async () => {
      const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
      write('tsconfig.json', JSON.stringify({ compilerOptions, exclude: ['node_modules'] }));
      return (await call(join(root, 'node_modules/.bin/tsc'), [])).out;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
