/**
 * Loads the deployment's configuration file, wherever on the disk it lies.
 *
 * In such a file `baton` is always this installation: a second copy would make agents and refusals that this one does
 * not know. `zod` and `postgres` are this installation's too, unless the file's own folder has them installed. Node
 * finds packages from the importing file upwards, so this takes a hook; it stays, since agents import lazily as well.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { isBuiltin, type ResolveFnOutput, registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Configuration, Environment } from './contracts/config.ts';
import { BatonError } from './contracts/error.ts';
import { isCompiled, ownModule } from './own.ts';

const ownEntry = ownModule('index').href;
const ownFormat = isCompiled ? 'module' : 'module-typescript';
const lentPackages = ['zod', 'postgres'];
const formats: Record<string, string> = {
  '.ts': 'module-typescript',
  '.mts': 'module-typescript',
  '.js': 'module',
  '.mjs': 'module',
};

/** The files that were loaded as configurations; each is a module, whatever the nearest package.json says. */
const configurationUrls = new Set<string>();
let hooked = false;

/**
 * Loads the file and has it make the configuration. Within one process a file is read once.
 *
 * @throws {BatonError} `config_not_found` if there is no such file or it does not load; `config_invalid` if what it
 * gives is no configuration.
 */
export async function loadConfiguration(file: string, environment: Environment): Promise<Configuration> {
  const path = resolve(file);
  const url = pathToFileURL(path).href;
  checkFile(path);
  configurationUrls.add(url);
  if (!hooked) hook();
  hooked = true;
  let loaded: { default?: unknown };
  try {
    loaded = (await import(url)) as { default?: unknown };
  } catch (error) {
    throw notLoaded(describeLoadError(error, path, url), error);
  }
  if (loaded.default === undefined) {
    throw notLoaded(`${path} has no default export: write \`export default defineConfig(…)\`.`);
  }
  return makeConfiguration(loaded.default, environment, path, url);
}

async function makeConfiguration(source: unknown, environment: Environment, path: string, url: string) {
  let made: unknown = source;
  if (typeof source === 'function') {
    try {
      made = await (source as (given: Environment) => unknown)(environment);
    } catch (error) {
      throw notLoaded(describeThrown(error, `${path} failed while it made the configuration`, path, url), error);
    }
  }
  if (isConfiguration(made)) return made;
  const hint = 'its default export must be what `defineConfig` returns, and give { routes, people }';
  const message = `${path} does not give a configuration: ${hint}.`;
  throw new BatonError('config_invalid', message, {
    problems: [{ code: 'not_a_configuration', path: 'default', hint }],
  });
}

/** Whether it is one at all; whether it holds is for the registry to say. */
function isConfiguration(made: unknown): made is Configuration {
  const { routes, people } = (made ?? {}) as Partial<Configuration>;
  return Array.isArray(routes) && typeof people === 'object' && people !== null;
}

function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    throw notLoaded(`There is no configuration file at ${path}: create it, or name yours with BATON_CONFIG.`);
  }
  if (!found.isFile()) throw notLoaded(`${path} is not a file: name the configuration file itself with BATON_CONFIG.`);
  if (!Object.hasOwn(formats, extname(path))) {
    throw notLoaded(`${path} is not a module: its name must end with .ts, .mts, .js or .mjs.`);
  }
}

function hook(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'baton') return { url: ownEntry, format: ownFormat, shortCircuit: true };
      const found = resolveLent(
        specifier,
        () => nextResolve(specifier, context),
        () => nextResolve(specifier, { ...context, parentURL: import.meta.url }),
      );
      return withFormat(found);
    },
  });
}

/** Resolves as Node does, and a package that is not there as if this installation had asked for it. */
function resolveLent(specifier: string, own: () => ResolveFnOutput, lent: () => ResolveFnOutput): ResolveFnOutput {
  const isLent = lentPackages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (!isLent) return own();
  try {
    return own();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return lent();
    throw error;
  }
}

/**
 * Says that a file is a module where Node would have to guess, which it does by compiling it twice and with a warning.
 */
function withFormat(found: ResolveFnOutput): ResolveFnOutput {
  if (isBuiltin(found.url) || !found.url.startsWith('file:')) return found;
  const format = formats[extname(new URL(found.url).pathname)];
  if (format === undefined || found.url.includes('/node_modules/')) return found;
  const isGuess = found.format === null || found.format === undefined;
  return isGuess || configurationUrls.has(found.url) ? { ...found, format } : found;
}

const notLoaded = (message: string, cause?: unknown): BatonError =>
  new BatonError('config_not_found', message, cause === undefined ? {} : { cause });

function describeLoadError(error: unknown, path: string, url: string): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (code === 'ERR_MODULE_NOT_FOUND') {
    return `${path} imports something that is not there: ${wordsOf(error)}. Install it beside the file.`;
  }
  if (name !== 'SyntaxError') return describeThrown(error, `${path} failed while it was loaded`, path, url);
  const line = lineOf(error, path, url) ?? lineBySecondCompiler(path);
  return `${path} does not compile${line === null ? '' : `, line ${line}`}: ${wordsOf(error)}.`;
}

function describeThrown(error: unknown, what: string, path: string, url: string): string {
  const line = lineOf(error, path, url);
  return `${what}${line === null ? '' : `, line ${line}`}: ${wordsOf(error)}.`;
}

/** The first line of what the file's author, or Node, says; without the password of an address. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it threw something that is not an Error';
  const [first = ''] = error.message.split('\n');
  return `${error.name}: ${first.slice(0, 200).replace(/\/\/[^/@\s]*@/g, '//…@')}`;
}

/** The line of the file that the stack names first. */
function lineOf(error: unknown, path: string, url: string): string | null {
  const stack = error instanceof Error ? String(error.stack) : '';
  const at = [`${url}:`, `${path}:`].find((prefix) => stack.includes(prefix));
  return at === undefined ? null : (/^\d+/.exec(stack.slice(stack.indexOf(at) + at.length))?.[0] ?? null);
}

/**
 * Node keeps the line of a syntax error to itself, save when it ends a process. Types are stripped, which keeps lines, in
 * a process of its own as well: there the warning that this is experimental reaches nobody.
 */
function lineBySecondCompiler(path: string): string | null {
  const run = (input: string, ...args: string[]) => spawnSync(process.execPath, args, { input, env: {} });
  const source = readFileSync(path, 'utf8');
  const stripped = path.endsWith('ts') ? run(source, '--no-warnings', '-e', strip).stdout.toString() : source;
  return /^\[stdin\]:(\d+)/m.exec(run(stripped, '--check', '--input-type=module', '-').stderr.toString())?.[1] ?? null;
}

const strip = `process.stdout.write(require('node:module').stripTypeScriptTypes(require('node:fs').readFileSync(0, 'utf8')))`;
