/** A value given field by field: pure, one key to the next form. An error stands at the field that it is about. */
import type { Verb } from '../../contracts/escalation.ts';
import type { Form } from '../../contracts/form.ts';
import type { Json } from '../../contracts/json.ts';
import { edited, inserted, type Key, type Line, lineOf, textOf } from './editor.ts';
import { type Input, inputRows } from './input.ts';
import type { Asked } from './service.ts';
import { fit, padded, type Row, textWidth, wrap } from './spans.ts';
import type { TerminalWords } from './words.ts';

export interface Filling {
  asked: Asked;
  verb: Verb;
  form: Form;
  lines: readonly Line[];
  /** The field that is being edited. */
  at: number;
  wrong: ReadonlyMap<number, string>;
}

export type Step = { kind: 'on'; to: Filling } | { kind: 'back' } | { kind: 'same' } | { kind: 'send'; value: Json };

export const beginForm = (asked: Asked, verb: Verb, form: Form): Filling => ({
  asked,
  verb,
  form,
  lines: form.fields.map(({ initial }) => lineOf(initial)),
  at: 0,
  wrong: new Map(),
});

/** Text that was pasted goes into the field on one line. */
export const pastedInto = (of: Filling, text: string): Filling =>
  withLine(of, inserted(of.lines[of.at]!, text.replace(/\s*[\r\n]+\s*/g, ' ')));

export function stepOf(of: Filling, key: Key): Step {
  const on = (to: Filling): Step => ({ kind: 'on', to });
  if (key.name === 'escape') return { kind: 'back' };
  if (key.name === 'return' || key.name === 'enter') return entered(of);
  if (key.name === 'up' || (key.name === 'tab' && key.shift)) return on(moved(of, -1));
  if (key.name === 'down' || key.name === 'tab') return on(moved(of, 1));
  const next = edited(of.lines[of.at]!, key);
  return on(next === null ? of : withLine(of, next));
}

function withLine(of: Filling, line: Line): Filling {
  const wrong = new Map(of.wrong);
  if (textOf(line) !== textOf(of.lines[of.at]!)) wrong.delete(of.at);
  return { ...of, lines: of.lines.with(of.at, line), wrong };
}

const moved = (of: Filling, by: number): Filling => ({
  ...of,
  at: (of.at + by + of.lines.length) % of.lines.length,
});

/** A field that does not fit is not left by Enter; behind the last one the whole value goes out. */
function entered(of: Filling): Step {
  const read = of.form.read(of.lines.map(textOf));
  const wrong = 'wrong' in read ? read.wrong : new Map<number, string>();
  const here = wrong.get(of.at);
  if (here !== undefined) return { kind: 'on', to: { ...of, wrong: new Map([[of.at, here]]) } };
  if (of.at < of.lines.length - 1) return { kind: 'on', to: { ...of, at: of.at + 1, wrong: new Map() } };
  const [first] = [...wrong.keys()].sort((a, b) => a - b);
  if (first !== undefined) return { kind: 'on', to: { ...of, at: first, wrong } };
  if ('same' in read) return { kind: 'same' };
  return 'value' in read ? { kind: 'send', value: read.value } : { kind: 'on', to: of };
}

/** The form after the question's own judge has said what does not fit. */
export function refused(of: Filling, mismatches: readonly { path: string; problem: string }[]): Filling {
  const wrong = new Map(mismatches.map(({ path, problem }) => [of.form.fieldAt(path), problem]));
  return { ...of, at: Math.min(...wrong.keys(), of.at), wrong };
}

const maxLabel = 24;
const fieldRows = 4;

/** The form in at most `most` rows. */
export function formRows(of: Filling, columns: number, most: number, words: TerminalWords): Input {
  const { fields } = of.form;
  const width = Math.min(maxLabel, Math.floor(columns / 3), Math.max(...fields.map(({ label }) => textWidth(label))));
  const blocks = fields.map((field, i) => {
    const isHere = i === of.at;
    const label = padded(
      fit([[field.label]], width)
        .map(([text]) => text)
        .join(''),
      width,
    );
    const head: Row = [[isHere ? '› ' : '  ', 'cyan'], [label, isHere ? 'bold' : 'dim'], ['  ']];
    const input = inputRows(head, of.lines[i]!, columns, isHere ? fieldRows : 1);
    const problem = of.wrong.get(i);
    const hint = problem ?? (isHere ? field.hint : '');
    const below =
      hint === '' ? [] : wrap([[' '.repeat(width + 4)], [hint, problem ? 'red' : 'dim']], columns, width + 4);
    return { input, rows: [...input.rows, ...below], isHere };
  });
  const keys: Row = fit([[fields.length > 1 ? words.formKeys : words.formAlone, 'dim']], columns);
  // What does not fit on the screen is left out above: the field in hand always stands there.
  let from = 0;
  const height = () => blocks.slice(from).reduce((sum, { rows }) => sum + rows.length, 1);
  while (from < of.at && height() > most) from += 1;
  const shown = blocks.slice(from);
  const before = shown.slice(0, of.at - from).reduce((sum, { rows }) => sum + rows.length, 0);
  const { input } = blocks[of.at]!;
  const rows = shown.flatMap((block) => block.rows);
  return {
    rows: [...rows.slice(0, Math.max(before + input.rows.length, most - 1)), keys],
    at: before + input.at,
    column: input.column,
  };
}
