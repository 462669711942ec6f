/**
 * Edge types: does what one schema gives fit what another one takes?
 *
 * Structure is judged strictly: a field that only may be there does not fit one that must. Ranges, lengths and patterns
 * clash only when no value can satisfy both; the rest is left to the check at run time, and so is a source of which
 * nothing is known. A finding is always real or possible; no finding means that the structure holds.
 */
import type { Mismatch } from '../../contracts/error.ts';
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { checkJson } from './check.ts';
import { describeNode, describeValues, pathText } from './describe.ts';
import {
  alternatives,
  child,
  detach,
  flatten,
  isObject,
  listOf,
  type Node,
  nodeOf,
  own,
  type Subschema,
  saysNothing,
  valuesOf,
} from './resolve.ts';

export { elementOf, fieldsOf, schemaAt } from './reach.ts';

type Path = readonly (string | number)[];

/** A place where what is given does not fit; `missing` and `unknown` are about the field itself. */
export interface Clash {
  kind: 'missing' | 'unknown' | 'type';
  path: Path;
  expected: string;
  received: string;
}

/** Pairs under comparison: meeting one again inside itself assumes that it fits. */
interface Guard {
  pairs: Map<Subschema, Set<Subschema>>;
  depth: number;
}
const maxDepth = 40;

const everyType = ['string', 'boolean', 'null', 'array', 'object'];

/** Nothing is known of it, or it may be just any JSON: such a source is left to the check at run time. */
function isUnknown(shapes: Node[]): boolean {
  if (shapes.some(({ schema }) => saysNothing(schema))) return true;
  const types = new Set(shapes.map(({ schema }) => (isObject(schema) ? schema.type : undefined)));
  return types.has('number') && everyType.every((type) => types.has(type));
}

const isOpen = (extra: Json | undefined): boolean => extra !== false;

/** An object schema that names no field and no rule for fields. */
const isAnyObject = (schema: JsonObject): boolean =>
  schema.properties === undefined &&
  schema.propertyNames === undefined &&
  schema.patternProperties === undefined &&
  (schema.additionalProperties === undefined || saysNothing(schema.additionalProperties as Subschema));

/** A record whose keys are listed is an object with those fields. */
function withListedKeys(schema: JsonObject): JsonObject {
  const names = isObject(schema.propertyNames) ? valuesOf(schema.propertyNames) : null;
  if (!names || schema.properties !== undefined) return schema;
  const field = schema.additionalProperties ?? true;
  const { propertyNames: _, ...rest } = schema;
  const properties = Object.fromEntries(names.map((name) => [String(name), field]));
  return { ...rest, properties, additionalProperties: false };
}

const fieldsIn = (schema: JsonObject): JsonObject => (isObject(schema.properties) ? schema.properties : {});

function compareRequired(given: JsonObject, wanted: JsonObject, wantedNode: Node, at: Path): Clash[] {
  const have = fieldsIn(given);
  const sure = listOf(given.required);
  return listOf(wanted.required).flatMap((name): Clash[] => {
    const key = String(name);
    if (sure.includes(key)) return [];
    const possible = own(have, key) !== undefined || isOpen(given.additionalProperties);
    const expected = describeNode(child(own(fieldsIn(wanted), key) ?? wanted.additionalProperties, wantedNode));
    const received = possible ? 'possibly missing' : 'missing';
    return [{ kind: 'missing', path: [...at, key], expected, received }];
  });
}

function compareObjects(givenNode: Node, wantedNode: Node, at: Path, guard: Guard): Clash[] {
  const given = withListedKeys(givenNode.schema as JsonObject);
  const wanted = withListedKeys(wantedNode.schema as JsonObject);
  if (isAnyObject(given)) return [];
  const have = fieldsIn(given);
  const take = fieldsIn(wanted);
  const unruled = wanted.patternProperties !== undefined;
  const found = compareRequired(given, wanted, wantedNode, at);
  for (const [key, field] of Object.entries(have)) {
    if (field === false) continue;
    const target = own(take, key) ?? (unruled ? true : (wanted.additionalProperties ?? true));
    const path = [...at, key];
    if (target !== false) found.push(...compare(child(field, givenNode), child(target, wantedNode), path, guard));
    else
      found.push({ kind: 'unknown', path, expected: 'no such field', received: describeNode(child(field, givenNode)) });
  }
  if (!isOpen(given.additionalProperties)) return found;
  const extra = child(given.additionalProperties, givenNode);
  for (const [key, field] of Object.entries(take)) {
    if (own(have, key) === undefined) found.push(...compare(extra, child(field, wantedNode), [...at, key], guard));
  }
  const path = [...at, '*'];
  if (unruled || isOpen(wanted.additionalProperties)) {
    return [...found, ...compare(extra, child(wanted.additionalProperties, wantedNode), path, guard)];
  }
  return [...found, { kind: 'unknown', path, expected: 'no other fields', received: 'possibly other fields' }];
}

function compareArrays(givenNode: Node, wantedNode: Node, at: Path, guard: Guard): Clash[] {
  const given = givenNode.schema as JsonObject;
  const wanted = wantedNode.schema as JsonObject;
  const have = listOf(given.prefixItems);
  const take = listOf(wanted.prefixItems);
  const longest = Number(given.maxItems ?? Number.POSITIVE_INFINITY);
  const found: Clash[] = [];
  for (let i = 0; i < Math.max(have.length, take.length) && i < longest; i++) {
    const element = have[i] ?? given.items;
    if (element === false) break;
    const target = take[i] ?? wanted.items;
    found.push(...compare(child(element, givenNode), child(target, wantedNode), [...at, i], guard));
  }
  if (given.items === false || longest <= Math.max(have.length, take.length)) return found;
  return [...found, ...compare(child(given.items, givenNode), child(wanted.items, wantedNode), [...at, '*'], guard)];
}

type Range = [least: string, most: string, unit: string];
const ranges: Record<string, Range[]> = {
  number: [
    ['minimum', 'maximum', ''],
    ['exclusiveMinimum', 'exclusiveMaximum', ''],
  ],
  string: [['minLength', 'maxLength', ' characters']],
  array: [['minItems', 'maxItems', ' elements']],
  object: [['minProperties', 'maxProperties', ' fields']],
};

/** A clash when the two ranges have nothing in common. */
function compareRanges(given: JsonObject, wanted: JsonObject, type: string, at: Path): Clash[] {
  for (const [least, most, unit] of ranges[type === 'integer' ? 'number' : type] ?? []) {
    if (Number(given[most]) < Number(wanted[least])) {
      const [expected, received] = [`at least ${wanted[least]}${unit}`, `at most ${given[most]}${unit}`];
      return [{ kind: 'type', path: at, expected, received }];
    }
    if (Number(given[least]) > Number(wanted[most])) {
      const [expected, received] = [`at most ${wanted[most]}${unit}`, `at least ${given[least]}${unit}`];
      return [{ kind: 'type', path: at, expected, received }];
    }
  }
  return [];
}

/** A given shape of one type against one shape of the target. */
function compareShapes(given: Node, wanted: Node, at: Path, guard: Guard): Clash[] {
  if (!isObject(given.schema) || !isObject(wanted.schema)) return [];
  const mismatch: Clash = { kind: 'type', path: at, expected: describeNode(wanted), received: describeNode(given) };
  const [from, to] = [given.schema.type, wanted.schema.type];
  if ('const' in wanted.schema || 'enum' in wanted.schema) return [mismatch];
  if (typeof to !== 'string' || typeof from !== 'string') return [];
  if (from !== to && !(from === 'integer' && to === 'number')) return [mismatch];
  const outside = compareRanges(given.schema, wanted.schema, to, at);
  if (to === 'object') return [...outside, ...compareObjects(given, wanted, at, guard)];
  return to === 'array' ? [...outside, ...compareArrays(given, wanted, at, guard)] : outside;
}

/** Listed values are checked one by one, as they would be at run time. */
function compareValues(values: Json[], given: Node, wanted: Node, at: Path): Clash[] {
  const schema = detach(wanted);
  const wrong = values
    .map((value) => ({ value, checked: checkJson(schema, value) }))
    .filter(({ checked }) => !checked.ok);
  const [first] = wrong;
  if (!first || first.checked.ok) return [];
  const deep = first.checked.mismatches.length === 1 && first.checked.mismatches[0]?.path === '(root)';
  const expected = deep ? (first.checked.mismatches[0]?.expected ?? '') : describeNode(wanted);
  const whole = wrong.length === values.length;
  const received = whole ? describeNode(given) : describeValues(wrong.map(({ value }) => value));
  return [{ kind: 'type', path: at, expected, received }];
}

const typeOf = ({ schema }: Node): unknown => (isObject(schema) ? schema.type : undefined);

/** The best that one given shape can do among the shapes of the target. */
function compareShape(given: Node, wanted: Node, at: Path, guard: Guard): Clash[] {
  const values = valuesOf(given.schema);
  if (values) return compareValues(values, given, wanted, at);
  const targets = alternatives(wanted);
  const tried = targets.map((target) => ({ target, clashes: compareShapes(given, target, at, guard) }));
  if (tried.some(({ clashes }) => clashes.length === 0)) return [];
  const alike = tried.filter(({ target }) => typeOf(target) === typeOf(given) || tried.length === 1);
  const [closest] = alike.map(({ clashes }) => clashes).sort((a, b) => a.length - b.length);
  if (closest) return closest;
  return [{ kind: 'type', path: at, expected: describeNode(wanted), received: describeNode(given) }];
}

function compare(given: Node, wanted: Node, at: Path, guard: Guard): Clash[] {
  if (saysNothing(flatten(wanted).schema) || guard.depth > maxDepth) return [];
  const under = guard.pairs.get(given.schema) ?? new Set();
  if (under.has(wanted.schema)) return [];
  const shapes = alternatives(given);
  if (isUnknown(shapes)) return [];
  guard.pairs.set(given.schema, under.add(wanted.schema));
  guard.depth += 1;
  const found = shapes.flatMap((shape) => compareShape(shape, wanted, at, guard));
  guard.depth -= 1;
  under.delete(wanted.schema);
  return found;
}

/** Every place where what is given does not fit what is wanted, in the order of the given schema. */
export function clashes(given: JsonSchema, wanted: JsonSchema): Clash[] {
  const found = compare(nodeOf(given), nodeOf(wanted), [], { pairs: new Map(), depth: 0 });
  const unique = new Map(found.map((clash) => [`${pathText(clash.path)} ${clash.expected} ${clash.received}`, clash]));
  return [...unique.values()];
}

/** Whether every value of `given` has the structure of `wanted`: the clashes, empty when it fits. */
export const fits = (given: JsonSchema, wanted: JsonSchema): Mismatch[] =>
  clashes(given, wanted).map(({ path, expected, received }) => ({ path: pathText(path), expected, received }));
