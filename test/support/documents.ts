/** The documents as their reader follows them: code blocks, and an empty folder in which 'baton' can be imported. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../../src/contracts/config.ts';
import { loadConfiguration } from '../../src/load.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Block {
  language: string;
  /** The file that it is: the last one that is named in backticks right before it. */
  file: string | null;
  text: string;
  /** Marked in the document as not run by the tests, with the reason. */
  unrun: string | null;
}

/** The fenced blocks of a document, in order; those in lists too. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map((found) => {
    const [, indent = '', language = '', body = ''] = found;
    const before = text.slice(0, found.index).trimEnd().split('\n').at(-1) ?? '';
    return {
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      file: [...before.matchAll(/`([\w.-]+\.ts)`/g)].at(-1)?.[1] ?? null,
      unrun: /\*Not run by the tests: ([^*]+)\*/.exec(before)?.[1] ?? null,
    };
  });
}

/** The commands of a transcript, each with the lines that are shown of its answer. */
export function callsIn({ text }: Block): { command: string; shown: string[] }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.split('\n').filter((line) => line.trim() !== '');
      return { command, shown };
    });
}

/** The words of a command line, as a shell reads them. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/**
 * The first line of a transcript that was not said, or null: lines may be left out, and `…` stands for anything, but what
 * is shown was said, in this order.
 */
export function unsaid(shown: readonly string[], said: string): string | null {
  let rest = said.split('\n');
  for (const line of shown) {
    const pattern = new RegExp(`^\\s*${line.trim().split('…').map(literally).join('.*')}\\s*$`);
    const at = rest.findIndex((one) => pattern.test(one));
    if (at < 0) return line;
    rest = rest.slice(at + 1);
  }
  return null;
}

/** Columns may be wider or narrower than they were. */
const literally = (text: string): string => RegExp.escape(text).replaceAll(/(?:\\x20){2,}/g, '\\s+');

export interface Folder extends Disposable {
  readonly path: string;
  write(file: string, text: string): void;
  /** Runs a program in it, with the sources of this clone behind 'baton'. */
  call(command: string, args: readonly string[], env?: Record<string, string>): Promise<Called>;
  /** Loads its `baton.config.ts`. */
  load(): Promise<Configuration>;
  /** Writes that file, of what comes before the configuration and the configuration itself, and loads it. */
  configure(before: string, configuration: string): Promise<Configuration>;
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
  const load = () =>
    loadConfiguration(join(path, 'baton.config.ts'), { databaseUrl: 'postgres://localhost/none', env: {} });
  return {
    path,
    write,
    call,
    load,
    configure: (before, configuration) => {
      const made = `export default defineConfig(() => (${configuration}));`;
      write('baton.config.ts', `import { defineConfig } from 'baton';\n${before}\n${made}\n`);
      return load();
    },
    check: async () => {
      const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
      write('tsconfig.json', JSON.stringify({ compilerOptions, exclude: ['node_modules'] }));
      return (await call(join(root, 'node_modules/.bin/tsc'), [])).out;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
