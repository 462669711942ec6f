/** The form in which a model says what a task is: one of the routes with its own fields, or none of them. */
import { agentId, type Contract } from '../../contracts/contract.ts';
import type { Json, JsonSchema } from '../../contracts/json.ts';
import type { RouteView } from '../../contracts/model.ts';
import { alternatives, child, flatten, isObject, type Node, nodeOf } from '../../core/schema/resolve.ts';
import { isWithinLimits, shared } from './limits.ts';
import { anyOf, definitions, nothing, type Style, strictObject, valueForm } from './literal.ts';

const deepest = 5;

const scalars: Json[] = ['string', 'number', 'integer', 'boolean', 'null'];
const isScalar = (node: Node): boolean =>
  alternatives(node).every(
    ({ schema }) => isObject(schema) && ('const' in schema || 'enum' in schema || scalars.includes(schema.type ?? '')),
  );

/** Text, numbers and the like, or a list of them: what a message can state. */
const isStated = (node: Node): boolean =>
  alternatives(node).every((shape) => {
    const { schema } = shape;
    return isObject(schema) && schema.type === 'array' ? isScalar(child(schema.items, shape)) : isScalar(shape);
  });

/**
 * The agents to which a task may be handed in one pass. Only those that change nothing: an effect is planned by the
 * model that thinks ahead, not by the one that reads. And only those that take what a message can state, not what
 * another agent gives.
 */
export const onePassAgents = ({ agents }: RouteView): Contract[] =>
  agents.filter(({ effect, input }) => effect === 'read' && fieldsOf(input).every(([, field]) => isStated(field)));

const fieldsOf = (schema: JsonSchema): [string, Node][] => {
  const node = flatten(nodeOf(schema));
  const properties = isObject(node.schema) && isObject(node.schema.properties) ? node.schema.properties : {};
  return Object.entries(properties).map(([name, field]) => [name, child(field, node)]);
};

function routeForm(route: RouteView, depth: number, style: Style): JsonSchema {
  // Every field may be left out of a message, whatever the route must know in the end.
  const { required: _, ...fields } = route.fields;
  const passes = onePassAgents(route).map((contract) =>
    strictObject({
      agent: { type: 'string', const: agentId(contract) },
      input: valueForm(nodeOf(contract.input), depth, style),
    }),
  );
  return strictObject({
    route: { type: 'string', const: route.name },
    fields: valueForm(nodeOf(fields), depth + 1, style),
    ...(passes.length > 0 && { onePass: anyOf([nothing, ...passes]) }),
  });
}

function schemaOf(routes: RouteView[], depth: number, exact: boolean): JsonSchema {
  const style: Style = { refs: false, exact };
  const tasks = routes.map((route) => routeForm(route, depth, style));
  const form = strictObject({
    task: anyOf([...tasks, nothing]),
    language: { type: 'string', enum: ['en', 'ru'] },
  });
  return shared({ ...form, $defs: definitions(style) });
}

/** The form of an understanding; with many routes it is looser, so that the whole stays within the limits of providers. */
export function intakeSchema(routes: RouteView[]): JsonSchema {
  for (let depth = deepest; depth > 0; depth -= 1) {
    const schema = schemaOf(routes, depth, true);
    if (isWithinLimits(schema)) return schema;
  }
  return schemaOf(routes, 0, false);
}
