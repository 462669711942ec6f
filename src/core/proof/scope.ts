/** What references may read at one place of a plan, as schemas, and where a reference leads there. */
import type { JsonSchema } from '../../contracts/json.ts';
import { suggestion } from '../nearest.ts';
import { fieldsOf, schemaAt } from '../schema/fits.ts';

/** Schemas by the root of a reference: `task.fields`, `steps.lookup.output`, `item`, `input`, `output`. */
export type Scope = ReadonlyMap<string, JsonSchema>;

export type Resolved = { schema: JsonSchema; optional: boolean } | { hint: string };

const rootPattern = /^(task\.fields|steps\.[^.]+\.output|item|input|output)(?:\.(.+))?$/;

function unknownRoot(root: string, scope: Scope): string {
  const step = /^steps\.([^.]+)\./.exec(root)?.[1];
  if (step !== undefined) {
    const steps = [...scope.keys()].flatMap((key) => /^steps\.([^.]+)\./.exec(key)?.[1] ?? []);
    return `there is no step ${step}; ${suggestion(step, steps)}`;
  }
  if (root === 'item') return 'item exists only inside the input of a forEach step';
  return `${root} cannot be read here; ${suggestion(root, scope.keys())}`;
}

/** Where a reference leads, or why it leads nowhere. */
export function resolve(ref: string, scope: Scope): Resolved {
  const [, root, rest] = rootPattern.exec(ref) ?? [];
  if (root === undefined) return { hint: `${ref} is no reference; ${suggestion(ref, scope.keys())}` };
  const schema = scope.get(root);
  if (schema === undefined) return { hint: unknownRoot(root, scope) };
  const path = rest === undefined ? [] : rest.split('.');
  const reached = schemaAt(schema, path);
  if (reached) return reached;
  const dead = path.findIndex((_, i) => schemaAt(schema, path.slice(0, i + 1)) === null);
  const before = schemaAt(schema, path.slice(0, dead))?.schema ?? {};
  const at = [root, ...path.slice(0, dead)].join('.');
  return { hint: `${at} has no ${path[dead]}; ${suggestion(path[dead] ?? '', fieldsOf(before))}` };
}
