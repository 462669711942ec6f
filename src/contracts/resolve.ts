/** Turns a mapping into a value over what is known. Pure; no expressions, no code. */
import type { Json } from './json.ts';
import { isReference, isTemplate, type Mapping, templateParts } from './plan.ts';

/** Finds what a reference's first word names: `task.fields`, `steps.<id>.output`, `item`, `input`, `output`. */
export type Scope = (root: string, step: string | null) => Json | undefined;

export type Resolved = { ok: true; value: Json } | { ok: false; missing: string };

/** The value at a reference, or undefined when it leads nowhere. */
export function lookUp(ref: string, scope: Scope): Json | undefined {
  const words = ref.split('.');
  const head = words[0] === 'steps' ? 3 : words[0] === 'task' ? 2 : 1;
  const root = words[0] === 'steps' ? 'steps' : words.slice(0, head).join('.');
  let at = scope(root, words[0] === 'steps' ? words[1]! : null);
  for (const word of words.slice(head)) {
    if (at === null || typeof at !== 'object') return undefined;
    if (Array.isArray(at)) at = word === 'length' ? at.length : at[Number(word)];
    else at = Object.hasOwn(at, word) ? at[word] : undefined;
  }
  return at;
}

/** Builds the value of a mapping. A reference that leads nowhere leaves its key out of an object, and fails elsewhere. */
export function resolve(mapping: Mapping, scope: Scope): Resolved {
  if (mapping === null || typeof mapping !== 'object') return { ok: true, value: mapping };
  if (isReference(mapping)) {
    const value = lookUp(mapping.$ref, scope);
    return value === undefined ? { ok: false, missing: mapping.$ref } : { ok: true, value };
  }
  if (isTemplate(mapping)) return resolveText(mapping.$text, scope);
  if (Array.isArray(mapping)) {
    const items = mapping.map((inner) => resolve(inner, scope));
    const missing = items.find((item) => !item.ok);
    return missing ?? { ok: true, value: items.map((item) => (item as { value: Json }).value) };
  }
  const value: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(mapping)) {
    const part = resolve(inner, scope);
    if (part.ok) value[key] = part.value;
    else if (!isReference(inner)) return part;
  }
  return { ok: true, value };
}

/** Fills a template. A reference to an object or a list is written as JSON. */
export function resolveText(text: string, scope: Scope): Resolved {
  let filled = '';
  for (const part of templateParts(text)) {
    const value = 'text' in part ? part.text : lookUp(part.ref, scope);
    if (value === undefined) return { ok: false, missing: 'ref' in part ? part.ref : '' };
    filled += typeof value === 'string' ? value : JSON.stringify(value);
  }
  return { ok: true, value: filled };
}
