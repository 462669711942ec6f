/** What was sent, against the shape of the method: what is unknown, missing or ill-typed is refused. */
import type { z } from 'zod';
import type { Fields } from './body.ts';
import { badParameters } from './refusal.ts';
import { type Method, type ParamsOf, shapes } from './shapes.ts';

export function parseParams<M extends Method>(method: M, fields: Fields): ParamsOf<M> {
  const fieldShapes: Record<string, z.ZodType> = shapes[method].shape;
  const { method: repeated, ...values } = fields.values;
  if (repeated !== undefined && repeated !== method) throw badParameters(`unknown parameter "method" of ${method}`);
  const read = fields.isForm
    ? Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fromForm(fieldShapes[name], value)]))
    : values;
  const parsed = shapes[method].safeParse(read);
  if (!parsed.success) throw badParameters(describe(method, parsed.error.issues[0]!, read));
  return parsed.data as ParamsOf<M>;
}

/** A form knows text alone: what does not fit as a text is read as JSON. */
function fromForm(shape: z.ZodType | undefined, value: unknown): unknown {
  if (!shape || typeof value !== 'string' || shape.safeParse(value).success) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function describe(method: Method, issue: z.core.$ZodIssue, values: Record<string, unknown>): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return `unknown parameter "${[...issue.path, issue.keys[0]!].join('.')}" of ${method}`;
  }
  if (issue.path.length === 1 && values[path] === undefined) {
    if (path === 'chat_id') return 'chat_id is empty';
    if (path === 'text') return 'message text is empty';
    return `parameter "${path}" of ${method} is required`;
  }
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.toSorted((one, other) => one.length - other.length || depth(other) - depth(one))[0];
    const inner = nearest?.[0];
    if (inner) return describe(method, { ...inner, path: [...issue.path, ...inner.path] }, values);
  }
  return `wrong parameter "${path}" of ${method}: ${issue.message}`;
}

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(...issues.map(({ path }) => path.length));
