/**
 * Turns a zod schema into JSON Schema (draft 2020-12) and refuses whatever would not survive the way: what goes in must
 * be what comes out, and what zod accepts must be what the JSON form accepts.
 *
 * Only known kinds pass. The one thing that may stay behind is a check in code; it is listed, not lost.
 */
import { z } from 'zod';
import type { Problem } from '../../contracts/error.ts';
import type { JsonSchema } from '../../contracts/json.ts';
import { pathText } from './describe.ts';

export interface Lossless {
  schema: JsonSchema;
  /** Paths at which the code checks more than the JSON form can say. */
  checkedAtRunTime: string[];
  problems: Problem[];
}

type Any = z.core.$ZodType;
type Path = readonly (string | number)[];

const hints: Record<string, string> = {
  pipe: 'a contract takes and gives the same type: drop the transform, pipe, preprocess or codec',
  transform: 'a contract takes and gives the same type: drop the transform',
  default: 'state the value where the schema is used, and write .optional() here',
  prefault: 'state the value where the schema is used, and write .optional() here',
  catch: 'a wrong value must be a mismatch: drop .catch()',
  date: 'use z.iso.datetime() or z.iso.date()',
  bigint: 'use z.int(), or z.string() with a pattern',
  map: 'use z.record()',
  set: 'use z.array()',
  undefined: 'use .optional() on the field, or z.null()',
  void: 'use z.null(), or z.strictObject({}) for "nothing to say"',
  custom: 'describe the shape, and put the rest into .refine()',
  intersection: 'write one z.strictObject with the fields of both',
  nan: 'use z.number()',
};
const otherwise = 'use a type that JSON has: text, numbers, booleans, null, arrays, objects';

/** Formats whose check at the JSON side is no stricter than zod's pattern beside it. */
const agreedFormats = new Set(['date', 'date-time', 'uuid', 'ipv4']);
/** Formats that zod checks by more than the pattern it declares. */
const checkedInCode = new Set(['url', 'ipv6', 'cidrv6', 'base64', 'base64url', 'jwt', 'json_string']);
const plainChecks = new Set([
  'less_than',
  'greater_than',
  'multiple_of',
  'number_format',
  'min_length',
  'max_length',
  'length_equals',
]);

interface Walk {
  problems: Problem[];
  checkedAtRunTime: Set<string>;
  /** The schemas around the one being visited. */
  around: Set<Any>;
  notes: z.core.$ZodRegistry<Record<string, unknown>>;
}

function refuse(walk: Walk, path: Path, what: string, hint: string): void {
  walk.problems.push({ code: 'schema_lossy', path: pathText(path), hint: `${what} has no JSON form: ${hint}` });
}

function visitFormat(
  def: { format?: string; pattern?: RegExp | undefined; position?: number },
  path: Path,
  walk: Walk,
) {
  const flags = (def.pattern?.flags ?? '').replace('u', '');
  if (flags !== '')
    refuse(walk, path, `a pattern with the flag ${flags}`, 'spell it out, e.g. [A-Za-z] for the flag i');
  if (def.position !== undefined) refuse(walk, path, '.includes() from a position', 'write it as a .regex()');
  if (checkedInCode.has(def.format ?? '') || 'fn' in def) walk.checkedAtRunTime.add(pathText(path));
}

function visitCheck(def: z.core.$ZodCheckDef, path: Path, walk: Walk): void {
  if (def.check === 'string_format') visitFormat(def as z.core.$ZodCheckStringFormatDef, path, walk);
  else if (def.check === 'custom' || def.check === 'property') walk.checkedAtRunTime.add(pathText(path));
  else if (def.check === 'overwrite') {
    refuse(walk, path, 'a check that changes the value', 'demand the form instead, e.g. .regex(/^\\S+$/) for .trim()');
  } else if (!plainChecks.has(def.check)) refuse(walk, path, `the check ${def.check}`, 'use .refine()');
}

function visitField(schema: Any, path: Path, walk: Walk): void {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  visit(def.type === 'optional' ? def.innerType : schema, path, walk);
}

function visitObject(def: z.core.$ZodObjectDef, path: Path, walk: Walk): void {
  if (!def.catchall) {
    refuse(walk, path, 'an object that drops unknown fields', 'use z.strictObject or z.looseObject');
  } else if ((def.catchall as z.core.$ZodTypes)._zod.def.type !== 'never') visit(def.catchall, [...path, '*'], walk);
  for (const [key, field] of Object.entries(def.shape)) visitField(field, [...path, key], walk);
}

const keyKinds = ['string', 'enum', 'literal', 'template_literal'];

function visitRecord(def: z.core.$ZodRecordDef, path: Path, walk: Walk): void {
  const key = (def.keyType as unknown as z.core.$ZodTypes)._zod.def.type;
  if (!keyKinds.includes(key) || def.mode === 'loose') {
    refuse(walk, path, 'a record with such keys', 'use z.record() with text or an enumeration as its key');
  } else visit(def.keyType, path, walk);
  visit(def.valueType, [...path, '*'], walk);
}

function visitLiteral(def: z.core.$ZodLiteralDef<z.core.util.Literal>, path: Path, walk: Walk): void {
  const odd = def.values.some((value) => value === undefined || typeof value === 'bigint');
  if (odd) refuse(walk, path, 'such a literal', otherwise);
}

/** The parts of a schema; whatever is not named here is refused. */
function visitKind(def: z.core.$ZodTypes['_zod']['def'], path: Path, walk: Walk): void {
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
      if ('coerce' in def && def.coerce) refuse(walk, path, 'coercion', 'take the type as it comes, without z.coerce');
      return;
    case 'null':
    case 'any':
    case 'unknown':
    case 'never':
    case 'enum':
    case 'template_literal':
      return;
    case 'literal':
      visitLiteral(def, path, walk);
      return;
    case 'object':
      visitObject(def, path, walk);
      return;
    case 'record':
      visitRecord(def, path, walk);
      return;
    case 'array':
      visit(def.element, [...path, '*'], walk);
      return;
    case 'tuple':
      def.items.forEach((item, i) => {
        visitField(item, [...path, i], walk);
      });
      if (def.rest) visit(def.rest, [...path, '*'], walk);
      return;
    case 'union':
      for (const option of def.options) visit(option, path, walk);
      return;
    case 'nullable':
    case 'readonly':
      visit(def.innerType, path, walk);
      return;
    case 'nonoptional':
      visitField(def.innerType, path, walk);
      return;
    case 'lazy':
      visit(def.getter(), path, walk);
      return;
    case 'optional':
      refuse(walk, path, '.optional() outside a field', 'use .nullable(), or leave it out');
      return;
    default:
      refuse(walk, path, def.type, hints[def.type] ?? otherwise);
      return;
  }
}

function visit(schema: Any, path: Path, walk: Walk): void {
  if (walk.around.has(schema)) return;
  walk.around.add(schema);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const { title, description } = (z.globalRegistry.get(schema) ?? {}) as { title?: string; description?: string };
  if (title ?? description) walk.notes.add(schema, { ...(title && { title }), ...(description && { description }) });
  visitKind(def, path, walk);
  if (def.type === 'string' && 'check' in def)
    visitFormat(def as unknown as z.core.$ZodCheckStringFormatDef, path, walk);
  for (const check of def.checks ?? []) visitCheck(check._zod.def, path, walk);
  // Only ancestors are skipped, so that a schema used in two places is listed at both.
  walk.around.delete(schema);
}

/** Removes what says nothing here, and formats that the JSON side would read more strictly than zod does. */
function quiet(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format !== undefined && !agreedFormats.has(schema.format)) delete schema.format;
  delete schema.contentEncoding;
  delete schema.readOnly;
  const names = schema.propertyNames;
  if (typeof names === 'object' && names.type === 'string' && Object.keys(names).length === 1) {
    delete schema.propertyNames;
  }
}

/** Converts a schema for registration. With problems, `schema` accepts anything and is of no use. */
export function lossless(schema: z.ZodType): Lossless {
  const walk: Walk = { problems: [], checkedAtRunTime: new Set(), around: new Set(), notes: z.registry() };
  visit(schema, [], walk);
  const checkedAtRunTime = [...walk.checkedAtRunTime].sort();
  if (walk.problems.length > 0) return { schema: {}, checkedAtRunTime, problems: walk.problems };
  try {
    const { $schema: _, ...form } = z.toJSONSchema(schema, {
      metadata: walk.notes,
      override: ({ jsonSchema }) => quiet(jsonSchema),
    });
    return { schema: JSON.parse(JSON.stringify(form)), checkedAtRunTime, problems: [] };
  } catch {
    refuse(walk, [], 'this schema', otherwise);
    return { schema: {}, checkedAtRunTime, problems: walk.problems };
  }
}
