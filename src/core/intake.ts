/** Turns what a provider understood into the run's events. Fields count only as far as the route's schema accepts them. */
import { fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { Json, JsonObject, JsonSchema } from '../contracts/json.ts';
import { type Provider, type RouteView, type Understanding, understanding } from '../contracts/model.ts';
import { crossing } from './crossing.ts';
import { inTime } from './in-time.ts';
import type { Registry } from './registry.ts';
import { checkJson } from './schema/check.ts';
import { scrub } from './scrub.ts';
import type { RunState } from './state.ts';

const viewsOf = (registry: Registry): RouteView[] =>
  [...registry.routes.values()].map(({ route, data }) => ({
    name: data.name,
    title: data.title,
    description: data.description,
    fields: data.fields,
    patterns: route.patterns,
  }));

/** Understands a task. Never throws: what the provider throws is an event too. */
export async function takeIn(
  state: RunState,
  provider: Provider,
  registry: Registry,
  signal: AbortSignal,
): Promise<Event> {
  try {
    const request = { text: state.task.text, routes: viewsOf(registry) };
    const answer = await crossing('understand', () => inTime(provider.understand(request, signal), signal));
    return understoodEvent(understanding.parse(answer), provider.name, registry);
  } catch {
    const error = fail('intake_failed', `The provider ${provider.name} could not understand the task.`);
    return { type: 'intake_failed', v: 1, error };
  }
}

function understoodEvent(answer: Understanding, provider: string, registry: Registry): Event {
  const registered = answer.route === null ? undefined : registry.routes.get(answer.route);
  if (!registered) {
    const offers = [...registry.routes.values()].map(({ data }) => data.title).join('; ');
    return {
      type: 'compensating',
      v: 1,
      because: fail('unroutable', `The task fits nothing that is set up here: ${offers}.`),
    };
  }
  const { data, digest } = registered;
  const fields = acceptable(scrub(answer.fields), data.fields);
  const required = (data.fields.required ?? []) as string[];
  return {
    type: 'understood',
    v: 1,
    route: data.name,
    definition: digest,
    fields,
    missing: required.filter((name) => !Object.hasOwn(fields, name)),
    language: answer.language,
    provider,
  };
}

/** The fields that the route knows and whose values fit; the others are asked for. */
function acceptable(fields: JsonObject, schema: JsonSchema): JsonObject {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const fits = ([name, value]: [string, Json]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return property !== undefined && checkJson({ ...property, ...defsOf(schema) }, value).ok;
  };
  return Object.fromEntries(Object.entries(fields).filter(fits));
}

const defsOf = (schema: JsonSchema): JsonSchema => (schema.$defs === undefined ? {} : { $defs: schema.$defs });
