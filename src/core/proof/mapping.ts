/**
 * Edge types of a mapping: its own type is inferred from literals, templates and the schemas that its references reach,
 * and compared with what the target takes.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { isReference, isTemplate, type Mapping, templateParts } from '../../contracts/plan.ts';
import { describe, pathText } from '../schema/describe.ts';
import { type Clash, clashes } from '../schema/fits.ts';
import { alternatives, hasReferences, isObject, nodeOf, saysNothing } from '../schema/resolve.ts';
import type { Finding, FindingCode } from './finding.ts';
import { resolve, type Scope } from './scope.ts';

type Path = readonly (string | number)[];

interface Inference {
  scope: Scope;
  /** References that are there whenever this mapping is used. */
  sure: ReadonlySet<string>;
  findings: Finding[];
  /** The code for a reference that leads nowhere. */
  dangling: FindingCode;
}

interface Inferred {
  schema: JsonSchema;
  optional: boolean;
}

const at = (path: Path): string => pathText(path);

/** Text, numbers, booleans and null: what can stand inside a text. */
export const isScalar = (schema: JsonSchema): boolean =>
  alternatives(nodeOf(schema)).every(
    ({ schema: shape }) => saysNothing(shape) || (isObject(shape) && shape.type !== 'object' && shape.type !== 'array'),
  );

function inferReference(ref: string, path: Path, by: Inference): Inferred {
  const reached = resolve(ref, by.scope);
  if ('hint' in reached) {
    by.findings.push({ code: by.dangling, path: at(path), hint: `${ref} leads nowhere: ${reached.hint}` });
    return { schema: {}, optional: false };
  }
  return { schema: reached.schema, optional: reached.optional && !by.sure.has(ref) };
}

function inferTemplate(text: string, path: Path, by: Inference): Inferred {
  for (const part of templateParts(text)) {
    if ('text' in part) continue;
    const { schema, optional } = inferReference(part.ref, path, by);
    const wrong = isScalar(schema) ? (optional ? 'may be missing' : null) : `is ${describe(schema)}`;
    if (wrong === null) continue;
    const hint = `a text takes text, numbers and booleans that are there; ${part.ref} ${wrong}`;
    by.findings.push({ code: 'type_mismatch', path: at(path), hint });
  }
  return { schema: { type: 'string' }, optional: false };
}

/** References inside a schema mean its own document; an `$id` says so wherever it is put. */
const embed = (schema: JsonSchema): JsonSchema => (hasReferences(schema) ? { ...schema, $id: 'embedded' } : schema);

function infer(mapping: Mapping, path: Path, by: Inference): Inferred {
  if (mapping === null || typeof mapping !== 'object') return { schema: { const: mapping }, optional: false };
  if (isReference(mapping)) return inferReference(mapping.$ref, path, by);
  if (isTemplate(mapping)) return inferTemplate(mapping.$text, path, by);
  if (Array.isArray(mapping)) {
    const elements = mapping.map((inner, i) => infer(inner, [...path, i], by));
    elements.forEach(({ optional }, i) => {
      if (!optional) return;
      by.findings.push({ code: 'type_mismatch', path: at([...path, i]), hint: 'an element of a list must be there' });
    });
    const length = elements.length;
    const prefixItems = elements.map(({ schema }) => embed(schema));
    return {
      schema: { type: 'array', prefixItems, items: false, minItems: length, maxItems: length },
      optional: false,
    };
  }
  const fields = Object.entries(mapping).map(([key, inner]) => [key, infer(inner, [...path, key], by)] as const);
  const properties: JsonObject = Object.fromEntries(fields.map(([key, { schema }]) => [key, embed(schema)]));
  const required: Json[] = fields.filter(([, { optional }]) => !optional).map(([key]) => key);
  return { schema: { type: 'object', properties, required, additionalProperties: false }, optional: false };
}

/** What the plan says at a place, or at the nearest one around it. */
function sourceOf(mapping: Mapping, path: Path): string {
  let here: Mapping | undefined = mapping;
  for (const key of path) {
    if (here === null || typeof here !== 'object' || isReference(here) || isTemplate(here)) break;
    here = (here as Record<string | number, Mapping>)[key];
    if (here === undefined) return '';
  }
  return here !== undefined && isReference(here) ? ` by ${here.$ref}` : '';
}

const codes: Record<Clash['kind'], FindingCode> = {
  missing: 'missing_input',
  unknown: 'unknown_input',
  type: 'type_mismatch',
};

function fromClash(clash: Clash, mapping: Mapping, path: Path): Finding {
  const given = `${clash.received}${sourceOf(mapping, clash.path)}`;
  const hints: Record<Clash['kind'], string> = {
    missing: `takes ${clash.expected}, which is ${given}`,
    unknown: `${clash.expected} is taken here; given is ${given}`,
    type: `takes ${clash.expected}, given is ${given}`,
  };
  return { code: codes[clash.kind], path: at([...path, ...clash.path]), hint: hints[clash.kind] };
}

/** All that is wrong with a mapping: references that lead nowhere, and values that its target does not take. */
export function checkMapping(
  mapping: Mapping,
  wanted: JsonSchema,
  by: { scope: Scope; path: Path; sure?: ReadonlySet<string>; dangling?: FindingCode },
): Finding[] {
  const { scope, path, sure = new Set(), dangling = 'dangling_reference' } = by;
  const findings: Finding[] = [];
  const { schema, optional } = infer(mapping, path, { scope, sure, findings, dangling });
  if (optional && !saysNothing(wanted))
    findings.push({ code: 'missing_input', path: at(path), hint: 'what is given here may be missing' });
  return [...findings, ...clashes(schema, wanted).map((clash) => fromClash(clash, mapping, path))];
}
