/**
 * How a model is made to answer in a form: by `response_format`, or as the arguments of a function that it has to call.
 * Not every model, tariff and host has the first (developers.sber.ru, on structured data), and nothing tells which. So
 * it is tried: a model that refuses it, or answers with something else than JSON without ever having kept to it, is
 * asked by a function from then on.
 */
export type Form = 'response_format' | 'function_call';

export interface Forms {
  of(model: string): Form;
  /** It answered with JSON, as it was asked by `response_format`. */
  kept(model: string): void;
  /** It does not know `response_format`. */
  refused(model: string): void;
  /** It answered a `response_format` with something else. */
  ignored(model: string): void;
}

/** `set` holds the models of which it is known. */
export function createForms(set: Readonly<Record<string, Form>> = {}): Forms {
  const known = new Map<string, Form>(Object.entries(set));
  return {
    of: (model) => known.get(model) ?? 'response_format',
    kept: (model) => known.set(model, 'response_format'),
    refused: (model) => known.set(model, 'function_call'),
    ignored: (model) => {
      if (!known.has(model)) known.set(model, 'function_call');
    },
  };
}
