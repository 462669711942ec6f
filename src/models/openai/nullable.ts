/** Whether null is a value of a schema: then it is one that was meant, and no sign of absence. */
import { alternatives, type Node, saysNothing, valuesOf } from '../../core/schema/resolve.ts';

export function admitsNull(node: Node): boolean {
  return alternatives(node).some(({ schema }) => saysNothing(schema) || valuesOf(schema)?.includes(null) === true);
}
