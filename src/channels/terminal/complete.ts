/** What Tab makes of a line: pure. */
import { aboutRun, commands } from './typed.ts';

export interface Known {
  runs: readonly string[];
  codes: readonly string[];
  examples: readonly string[];
  /** The answers that questions take. */
  verbs: readonly string[];
}

/** The line as far as it is clear, and what it may become where it is not. */
export function completed(line: string, known: Known): { line: string; choices: string[] } {
  const [, first = '', second] = /^\s*(\S*)(?:\s+(\S*))?$/s.exec(line) ?? [];
  const whole = line.trimStart();
  if (second !== undefined) {
    const targets = targetsOf(first.toLowerCase(), known).filter((one) => one.startsWith(second.toLowerCase()));
    if (targets.length > 0) return among(targets, second, (to) => `${first} ${to}`, line);
  }
  const examples = known.examples.filter((one) => one.toLowerCase().startsWith(whole.toLowerCase()));
  const words = second === undefined && first !== '' ? [...commands, ...known.verbs, ...known.codes] : [...commands];
  const fits = second === undefined ? words.filter((one) => one.startsWith(first.toLowerCase())) : [];
  if (fits.length === 0 && examples.length === 0) return { line, choices: [] };
  if (whole === '') return { line, choices: [...fits, ...examples] };
  const [only] = fits;
  if (fits.length === 1 && examples.length === 0 && only) {
    return { line: (aboutRun as readonly string[]).includes(only) ? `${only} ` : only, choices: [] };
  }
  return among([...fits, ...examples], whole, (to) => to, line);
}

function targetsOf(verb: string, { runs, codes, verbs }: Known): readonly string[] {
  if (verb === 'inbox' || (verb !== 'retry' && verbs.includes(verb))) return codes;
  if (verb === 'retry') return [...codes, ...runs];
  return (aboutRun as readonly string[]).includes(verb) ? runs : [];
}

function among(choices: string[], typed: string, made: (to: string) => string, line: string) {
  const [first = '', ...rest] = choices;
  if (rest.length === 0) return { line: made(first), choices: [] };
  let common = first.length;
  for (const one of rest) {
    let same = 0;
    while (same < common && one[same]?.toLowerCase() === first[same]?.toLowerCase()) same += 1;
    common = same;
  }
  return { line: common > typed.length ? made(first.slice(0, common)) : line, choices };
}
