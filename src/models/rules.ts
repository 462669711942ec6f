/**
 * The provider without a model: a task is what the first route says whose pattern matches, and a plan is the route's
 * own. The same text gives the same answer, and nothing is asked over a network.
 *
 * The patterns are the deployment's, the text is anybody's. The text is cut to the length of the longest task before a
 * pattern sees it, which bounds the work of a pattern that is linear or quadratic in its text. It does not save from a
 * pattern that is exponential, e.g. `(a+)+$`: such a pattern is a defect of the deployment.
 *
 * A value is either plainly of its field's type or is left out, so that a person is asked instead of a guess being made.
 */
import type { Json, JsonObject, JsonSchema } from '../contracts/json.ts';
import type { Provider, RouteView, Understanding } from '../contracts/model.ts';
import { maxTaskCharacters } from '../contracts/task.ts';

/** The provider `rules`. */
export function createRules(): Provider {
  return {
    name: 'rules',
    local: true,
    async understand({ text, routes }, { signal }) {
      signal.throwIfAborted();
      return understand(text.slice(0, maxTaskCharacters), routes);
    },
    async plan(request, { signal }) {
      signal.throwIfAborted();
      return request.fixed && { plan: request.fixed, by: 'rules' };
    },
  };
}

function understand(text: string, routes: RouteView[]): Understanding {
  const language = /\p{Script=Cyrillic}/u.test(text) ? 'ru' : 'en';
  for (const route of routes) {
    for (const pattern of route.patterns) {
      const match = stateless(pattern).exec(text);
      if (match) return { route: route.name, fields: fieldsOf(match.groups ?? {}, route.fields), language, ...plainly };
    }
  }
  return { route: null, fields: {}, language, ...plainly };
}

const plainly = { onePass: null, by: 'rules' };

/** With `g` or `y` a pattern begins where it matched last, and so depends on the texts before; a copy begins at 0. */
const stateless = (pattern: RegExp): RegExp => new RegExp(pattern);

function fieldsOf(groups: Record<string, string | undefined>, schema: JsonSchema): JsonObject {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const fields = Object.entries(groups).flatMap(([name, found]) => {
    const words = found?.trim() ?? '';
    const value = words === '' ? null : convert(words, Object.hasOwn(properties, name) ? properties[name] : undefined);
    return value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(fields);
}

/** Null when the words are not plainly a value of the schema's type. */
function convert(words: string, schema: JsonSchema | undefined): Json {
  const type = typeOf(schema);
  if (type === 'string') return choose(words, schema?.enum);
  if (type === 'integer' || type === 'number') return toNumber(words, type);
  return type === 'boolean' ? toBoolean(words) : null;
}

/** The one type that a schema allows beside null. A schema that does not say takes the words as they are. */
function typeOf(schema: JsonSchema | undefined): Json {
  const options = schema?.anyOf ?? schema?.oneOf;
  if (Array.isArray(options)) {
    const rest = options.map((option) => typeOf(option as JsonSchema)).filter((type) => type !== 'null');
    return rest.length === 1 ? (rest[0] ?? null) : null;
  }
  const type = schema?.type;
  if (Array.isArray(type)) {
    const rest = type.filter((one) => one !== 'null');
    return rest.length === 1 ? (rest[0] ?? null) : null;
  }
  return type ?? 'string';
}

function choose(words: string, choices: Json | undefined): string | null {
  if (!Array.isArray(choices)) return words;
  const names = choices.filter((choice) => typeof choice === 'string');
  return (
    names.find((name) => name === words) ?? names.find((name) => name.toLowerCase() === words.toLowerCase()) ?? null
  );
}

function toNumber(words: string, type: 'integer' | 'number'): number | null {
  if (!/^-?\d+([.,]\d+)?$/.test(words)) return null;
  // `1,042` is a thousand to some and one to others.
  if (/,\d{3}$/.test(words)) return null;
  const value = Number(words.replace(',', '.'));
  if (type === 'number') return Number.isFinite(value) ? value : null;
  return /^-?\d+$/.test(words) && Number.isSafeInteger(value) ? value : null;
}

const yes = ['yes', 'true', 'да'];
const no = ['no', 'false', 'нет'];

function toBoolean(words: string): boolean | null {
  const word = words.toLowerCase();
  if (yes.includes(word)) return true;
  return no.includes(word) ? false : null;
}
