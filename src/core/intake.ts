/** Turns what a provider understood into the run's events. Fields count only as far as the route's schema accepts them. */
import { BatonError, type Failure, fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { Json, JsonObject, JsonSchema } from '../contracts/json.ts';
import { type Provider, type RouteView, type Thinking, type Understanding, understanding } from '../contracts/model.ts';
import { crossing } from './crossing.ts';
import { inTime } from './in-time.ts';
import type { Registry } from './registry.ts';
import { checkJson } from './schema/check.ts';
import { scrub } from './scrub.ts';
import type { RunState } from './state.ts';

/** A route with a plan of its own has no agents to choose from. */
const viewsOf = (registry: Registry): RouteView[] =>
  [...registry.routes.values()].map(({ route, data }) => ({
    name: data.name,
    title: data.title,
    description: data.description,
    fields: data.fields,
    patterns: route.patterns,
    agents: data.plan ? [] : data.agents.flatMap((id) => registry.agents.get(id)?.contract ?? []),
  }));

/** Understands a task. Never throws: what the provider throws is an event too. */
export async function takeIn(
  state: RunState,
  provider: Provider,
  registry: Registry,
  thinking: Thinking,
): Promise<Event> {
  try {
    const request = { text: state.task.text, routes: viewsOf(registry) };
    const answer = await crossing('understand', () => inTime(provider.understand(request, thinking), thinking.signal));
    return understoodEvent(understanding.parse(answer), registry);
  } catch (error) {
    return { type: 'intake_failed', v: 1, error: failureOf(error, provider) };
  }
}

/** A provider says what went wrong, as far as it knows; a refusal or an empty purse is not cured by asking again. */
function failureOf(error: unknown, provider: Provider): Failure {
  const known = error instanceof BatonError ? error.failure : null;
  const message = `The provider ${provider.name} could not understand the task.`;
  if (!known) return fail('intake_failed', message);
  const { said, retryAfterMs, retryable } = known;
  return fail('intake_failed', `${message} ${known.message}`, {
    retryable,
    ...(said !== undefined && { said }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function understoodEvent(answer: Understanding, registry: Registry): Event {
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
  const onePass = data.plan === null ? answer.onePass : null;
  return {
    type: 'understood',
    v: 1,
    route: data.name,
    definition: digest,
    fields,
    missing: required.filter((name) => !Object.hasOwn(fields, name)),
    language: answer.language,
    provider: answer.by,
    ...(onePass && { onePass: scrub(onePass) }),
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
