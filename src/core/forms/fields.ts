/**
 * The fields in which a person gives a value: the leaves of its schema, with what is there now. Money is one field, and
 * what is hidden is never shown: left empty it stays what it is.
 */
import type { Form, FormWords } from '../../contracts/form.ts';
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { isMoney, moneyText, readMoney } from '../cards/money.ts';
import type { Path, Veil } from '../cards/veil.ts';
import type { Words } from '../cards/words.ts';
import { checkJson } from '../schema/check.ts';
import { pathText } from '../schema/describe.ts';
import { alternatives, child, isObject, listOf, type Node, nodeOf, typesOf, valuesOf } from '../schema/resolve.ts';

export interface Subject {
  schema: JsonSchema;
  /** What is there now; undefined when the value is made anew. */
  base: Json | undefined;
  veil: Veil;
  /** The route's own words for a field. */
  ask: Readonly<Record<string, string>>;
  words: FormWords;
  /** How the task's language writes money. */
  cardWords: Words;
}

type Kind = 'text' | 'number' | 'integer' | 'boolean' | 'json' | 'money' | 'enum';

type Leaf = Form['fields'][number] & { path: Path; kind: Kind; current: Json | undefined };

const maxFields = 60;
const maxDepth = 4;

/** The form of a value. Its reading is checked by the schema itself, as the question's judge will. */
export function formOf(subject: Subject): Form {
  const leaves = leavesOf(nodeOf(subject.schema), subject.base, [], subject).slice(0, maxFields);
  return {
    fields: leaves,
    fieldAt: (path) => nearestField(leaves, path),
    read: (typed) => read(leaves, typed, subject),
  };
}

function leavesOf(node: Node, current: Json | undefined, path: Path, of: Subject, optional = false): Leaf[] {
  const [only, ...others] = alternatives(node).filter(({ schema }) => !isNullType(schema));
  const shape = only && others.length === 0 && isObject(only.schema) ? only.schema : null;
  const isHidden = of.veil.hides(path);
  const kind = kindOf(node, shape, current);
  const isGroup = shape && isObject(shape.properties) && kind === 'json' && path.length < maxDepth && !isHidden;
  if (isGroup && (current === undefined ? path.length === 0 || isRequired(node) : isObject(current))) {
    const needed = listOf(shape.required);
    const all = Object.entries(shape.properties as JsonObject);
    // Postgres keeps no order of keys; what must be given comes first.
    const inner = [...all.filter(([key]) => needed.includes(key)), ...all.filter(([key]) => !needed.includes(key))];
    return inner.flatMap(([key, property]) => {
      const now = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
      const isNeeded = needed.includes(key);
      return leavesOf(child(property, only!), now, [...path, key], of, !isNeeded || optional);
    });
  }
  const name = path.join('.') || 'value';
  const initial = isHidden || current === undefined || current === null ? '' : texted(current, kind, of);
  return [
    {
      name,
      label: name,
      path,
      kind,
      current,
      initial,
      // What is there and not shown may stay as it is: a platform insists on a field that is not optional.
      optional: optional || (current !== undefined && initial === ''),
      choices: kind === 'enum' ? choicesOf(node) : null,
      hint: isHidden ? of.words.hiddenField : hintOf(name, kind, node, of),
    },
  ];
}

const isNullType = (schema: Json): boolean => isObject(schema) && schema.type === 'null';

/** A group that is absent is asked for as a whole, unless nothing else makes sense. */
const isRequired = ({ schema }: Node): boolean => isObject(schema) && Array.isArray(schema.required);

function kindOf(node: Node, shape: JsonObject | null, current: Json | undefined): Kind {
  if (current !== undefined && isMoney(current)) return 'money';
  const names = shape && isObject(shape.properties) ? Object.keys(shape.properties).sort().join() : '';
  if (names === 'currency,minor') return 'money';
  const schema = isObject(node.schema) ? node.schema : {};
  if ((valuesOf(shape ?? schema) ?? []).length > 0) return 'enum';
  const [type, ...more] = typesOf(shape ?? schema);
  if (more.length > 0) return 'json';
  if (type === 'string') return 'text';
  return type === 'number' || type === 'integer' || type === 'boolean' ? type : 'json';
}

function hintOf(name: string, kind: Kind, node: Node, { ask, words }: Subject): string {
  const own = Object.hasOwn(ask, name) ? ask[name] : undefined;
  if (own !== undefined) return own;
  if (kind === 'enum') {
    return words.hints.oneOf(choicesOf(node).join(', '));
  }
  return kind === 'text' ? '' : words.hints[kind];
}

const choicesOf = (node: Node): string[] =>
  alternatives(node)
    .flatMap(({ schema }) => (isObject(schema) ? (valuesOf(schema) ?? []) : []))
    .map(String);

function texted(current: Json, kind: Kind, { cardWords }: Subject): string {
  if (kind === 'money') return moneyText(current, cardWords) ?? JSON.stringify(current);
  return typeof current === 'string' ? current : JSON.stringify(current);
}

type Reading = { value: Json | undefined } | { problem: string };

function readLeaf(leaf: Leaf, typed: string | null, { words, cardWords }: Subject): Reading {
  if (typed === null || typed === leaf.initial) return { value: leaf.current };
  const text = typed.trim();
  if (text === '') return { value: leaf.current === undefined || leaf.kind !== 'text' ? undefined : '' };
  if (leaf.kind === 'text') return { value: text };
  if (leaf.kind === 'money') {
    const money = readMoney(text);
    if (money) return { value: money };
    return { problem: words.notMoney(moneyText({ minor: 12_900, currency: 'EUR' }, cardWords)!) };
  }
  // What does not read as what is wanted stays a text, and the schema says what it should have been.
  if (leaf.kind === 'boolean')
    return { value: yes.includes(text.toLowerCase()) || (no.includes(text.toLowerCase()) ? false : text) };
  if (leaf.kind === 'number' || leaf.kind === 'integer') {
    return { value: /^[-+]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?$/i.test(text) ? Number(text.replace(',', '.')) : text };
  }
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { value: text };
  }
}

const yes = ['true', 'yes', 'y', 'да'];
const no = ['false', 'no', 'n', 'нет'];

function read(leaves: readonly Leaf[], typed: readonly (string | null)[], of: Subject): ReturnType<Form['read']> {
  const wrong = new Map<number, string>();
  let value: Json = of.base === undefined ? {} : of.base;
  leaves.forEach((leaf, i) => {
    const reading = readLeaf(leaf, typed[i] ?? null, of);
    if ('problem' in reading) wrong.set(i, reading.problem);
    else value = placed(value, leaf.path, reading.value);
  });
  const checked = checkJson(of.schema, value);
  for (const { path, expected, received } of checked.ok ? [] : checked.mismatches) {
    const at = nearestField(leaves, path);
    if (!wrong.has(at)) wrong.set(at, of.words.mismatch(expected, received));
  }
  if (wrong.size > 0) return { wrong };
  if (of.base === undefined) return { value };
  const changed = changesTo(of.base, value);
  return changed === null ? { same: true } : { value: changed };
}

/** The value with another one at the path; undefined takes away what is there. */
function placed(into: Json, [head, ...rest]: Path, value: Json | undefined): Json {
  if (head === undefined) return value === undefined ? into : value;
  const at: JsonObject = isObject(into) ? { ...into } : {};
  const inner = Object.hasOwn(at, head) ? at[head] : undefined;
  if (rest.length === 0 && value === undefined) delete at[head];
  else if (rest.length === 0) at[head] = value!;
  else if (value !== undefined || isObject(inner)) at[head] = placed(inner ?? {}, rest, value);
  return at;
}

/** An edit names the fields that change; null when none does. */
function changesTo(before: Json, after: Json): Json | null {
  if (!isObject(before) || !isObject(after)) return JSON.stringify(before) === JSON.stringify(after) ? null : after;
  const changed = Object.entries(after).filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value));
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

/** The field that a path of a mismatch leads to, or into, or from. */
function nearestField(leaves: readonly Leaf[], path: string): number {
  const texts = leaves.map((leaf) => pathText(leaf.path));
  const into = texts.findIndex((text) => text === path || path.startsWith(`${text}.`) || path.startsWith(`${text}[`));
  const from = texts.findIndex((text) => text.startsWith(`${path}.`));
  return Math.max(into >= 0 ? into : from, 0);
}
