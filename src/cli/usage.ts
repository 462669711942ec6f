/** Reads the arguments of one command; every mistake is named at once, with what was probably meant. */
import { parseArgs } from 'node:util';
import { BatonError, type Problem } from '../contracts/error.ts';
import { suggestion } from '../core/nearest.ts';

export interface Flag {
  /** What its value is called in help; without one it is a switch. */
  value?: string;
  help: string;
}

export interface Shape {
  name: string;
  /** Names of the arguments, in order. The last one may take the rest of the line. */
  arguments: readonly string[];
  rest?: boolean;
  /** The last argument may be left out. */
  optional?: boolean;
  flags: Readonly<Record<string, Flag>>;
}

export interface Given {
  arguments: string[];
  flags: Record<string, string | true>;
}

/** Throws `usage` with every problem. */
export function readArguments(shape: Shape, line: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries(shape.flags).map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' } as const]),
  );
  const { tokens } = parseArgs({ args: [...line], options, strict: false, allowPositionals: true, tokens: true });
  const given: Given = { arguments: [], flags: {} };
  const problems: Problem[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') given.arguments.push(token.value);
    if (token.kind !== 'option') continue;
    const problem = flagProblem(shape, token.rawName, token.name, token.value, token.inlineValue === true);
    if (problem) problems.push({ code: 'usage', path: token.rawName, hint: problem });
    else given.flags[token.name] = token.value ?? true;
  }
  problems.push(...countProblems(shape, given.arguments));
  if (problems.length === 0) return given;
  const message = problems.map(({ path, hint }) => `${path}: ${hint}`).join('; ');
  throw new BatonError('usage', message, { problems });
}

function flagProblem(shape: Shape, raw: string, name: string, value: string | undefined, inline: boolean) {
  const flag = Object.hasOwn(shape.flags, name) ? shape.flags[name] : undefined;
  if (!flag || !raw.startsWith('--')) {
    return `is no flag of ${shape.name}; ${suggestion(
      raw,
      Object.keys(shape.flags).map((one) => `--${one}`),
    )}`;
  }
  if (!flag.value) return value === undefined ? null : 'takes no value';
  const missing = value === undefined || value === '' || (!inline && value.startsWith('--'));
  return missing ? `needs a value: ${raw} <${flag.value}>` : null;
}

function countProblems({ name, arguments: wanted, rest, optional }: Shape, given: readonly string[]): Problem[] {
  const needed = optional ? wanted.slice(0, -1) : wanted;
  const missing = needed.slice(given.length).map((one) => ({ path: `<${one}>`, hint: `is missing: ${name} needs it` }));
  const extra = rest ? [] : given.slice(wanted.length).map((one) => ({ path: one, hint: `is one argument too many` }));
  return [...missing, ...extra].map((problem) => ({ code: 'usage', ...problem }));
}
