/** Gives a plan in the form of a schema, led by nothing but the schema; null when the schema cannot say it. */
import type { Json, JsonObject, JsonSchema } from '../../../src/contracts/json.ts';
import type { Condition, Mapping, Plan, PlanStep } from '../../../src/contracts/plan.ts';

const absent = Symbol('absent');
type Given = Mapping | typeof absent;

export class Encoder {
  private readonly defs: Record<string, JsonSchema>;

  constructor(schema: JsonSchema) {
    this.defs = schema.$defs as Record<string, JsonSchema>;
  }

  options(schema: JsonSchema): JsonSchema[] {
    if (typeof schema.$ref === 'string') return this.options(this.defs[schema.$ref.replace('#/$defs/', '')]!);
    return Array.isArray(schema.anyOf) ? schema.anyOf.flatMap((one) => this.options(one as JsonSchema)) : [schema];
  }

  /** The value in the form of the schema; undefined when it has none. */
  value(of: Given, schema: JsonSchema): Json | undefined {
    for (const option of this.options(schema)) {
      const said = this.one(of, option);
      if (said !== undefined) return said;
    }
    return undefined;
  }

  private one(of: Given, schema: JsonSchema): Json | undefined {
    if (of === absent || of === null) return schema.type === 'null' ? null : undefined;
    if (typeof of !== 'object') {
      const kind = typeof of === 'number' && Number.isInteger(of) ? ['number', 'integer'] : [typeof of];
      const values = (schema.enum as Json[] | undefined) ?? ('const' in schema ? [schema.const] : null);
      return kind.includes(String(schema.type)) && (!values || values.includes(of)) ? of : undefined;
    }
    if (Array.isArray(of)) return schema.type === 'array' ? this.list(of, schema.items as JsonSchema) : undefined;
    return schema.type === 'object' ? this.object(of, schema.properties as Record<string, JsonSchema>) : undefined;
  }

  private list(of: Mapping[], items: JsonSchema): Json | undefined {
    const said = of.map((one) => this.value(one, items));
    return said.every((one) => one !== undefined) ? said : undefined;
  }

  private object(
    of: Exclude<Mapping, Mapping[] | string | number | boolean | null>,
    fields: Record<string, JsonSchema>,
  ) {
    const names = Object.keys(fields).join();
    if ('$ref' in of) return names === 'ref' ? { ref: String(of.$ref) } : undefined;
    if ('$text' in of) return names === 'template' ? { template: String(of.$text) } : undefined;
    if (names === 'ref' || names === 'template') return undefined;
    if (names === 'entries') {
      const entry = (this.options(fields.entries!)[0]!.items as JsonSchema).properties as Record<string, JsonSchema>;
      const entries = Object.entries(of).map(([name, value]) => ({ name, value: this.value(value, entry.value!)! }));
      return { entries };
    }
    if (Object.keys(of).some((name) => !Object.hasOwn(fields, name))) return undefined;
    const said = Object.entries(fields).map(([name, field]) => {
      const given: Given = Object.hasOwn(of, name) ? (of as Record<string, Mapping>)[name]! : absent;
      return [name, this.value(given, field)] as const;
    });
    return said.every(([, one]) => one !== undefined) ? (Object.fromEntries(said) as JsonObject) : undefined;
  }
}

function conditionForm(of: Condition): Json {
  const [join, list] = 'all' in of ? ['all', of.all] : 'any' in of ? ['any', of.any] : ['all', [of]];
  return { join: join as string, of: list as unknown as Json };
}

/** The answer of a model that gives this plan. */
export function encodePlan(plan: Plan, schema: JsonSchema): Json {
  const encoder = new Encoder(schema);
  const [form] = encoder.options((schema.properties as Record<string, JsonSchema>).plan!);
  const fields = form!.properties as Record<string, JsonSchema>;
  const shapes = encoder.options(encoder.options(fields.steps!)[0]!.items as JsonSchema);
  const step = ({ id, agent, input, after = [], when, forEach, optional = false }: PlanStep): Json => {
    const shape = shapes.find(({ properties }) => (properties as Record<string, JsonSchema>).agent!.const === agent)!;
    return {
      agent,
      id,
      input: encoder.value(input, (shape.properties as Record<string, JsonSchema>).input!)!,
      after,
      when: when ? conditionForm(when) : null,
      forEach: forEach ? { in: forEach.in.$ref, concurrency: forEach.concurrency, max: forEach.max } : null,
      optional,
    };
  };
  return {
    plan: { goal: plan.goal, steps: plan.steps.map(step), answer: encoder.value(plan.answer, fields.answer!)! },
  };
}
