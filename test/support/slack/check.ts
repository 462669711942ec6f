/** Checks of what the app sends, that say what is wrong in Slack’s words and where. */

export type Report = (at: string, message: string) => void;
export type Check = (value: unknown, at: string, report: Report) => void;

export interface Need {
  check: Check;
  required: true;
}
export interface May {
  check: Check;
  required: false;
}

/** A check for every field of a type of Slack’s, so that a field that it gains does not compile until it is here. */
export type Shape<T> = { [K in keyof Omit<T, 'type'>]-?: Record<never, never> extends Pick<T, K> ? May | Need : Need };

export const need = (check: Check): Need => ({ check, required: true });
export const may = (check: Check): May => ({ check, required: false });

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text of at most `max` characters, by default of one at least. */
export const words =
  (max = Number.POSITIVE_INFINITY, min = 1): Check =>
  (value, at, report) => {
    if (typeof value !== 'string') return report(at, 'must provide a string');
    if (value.length < min) report(at, `must be more than ${min - 1} characters`);
    if (value.length > max) report(at, `must be less than ${max + 1} characters`);
  };

export const matching =
  (pattern: RegExp, message: string): Check =>
  (value, at, report) => {
    if (typeof value !== 'string' || !pattern.test(value)) report(at, message);
  };

export const flag: Check = (value, at, report) => {
  if (typeof value !== 'boolean') report(at, 'must provide a boolean');
};

export const whole =
  (min: number, max: number): Check =>
  (value, at, report) => {
    if (!Number.isInteger(value)) return report(at, 'must provide an integer');
    if ((value as number) < min || (value as number) > max) report(at, `must be between ${min} and ${max}`);
  };

export const number: Check = (value, at, report) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) report(at, 'must provide a number');
};

export const oneOf =
  (...values: (string | number)[]): Check =>
  (value, at, report) => {
    if (!values.includes(value as string)) report(at, `must be a valid enum value: ${values.join(', ')}`);
  };

export const list =
  (check: Check, { min = 1, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Check =>
  (value, at, report) => {
    if (!Array.isArray(value)) return report(at, 'must provide an array');
    if (value.length < min) report(at, `no fewer than ${min} items allowed`);
    if (value.length > max) report(at, `no more than ${max} items allowed`);
    for (const [index, item] of value.entries()) check(item, `${at}/${index}`, report);
  };

/** Exactly these fields; `type` is looked at by whoever chose the shape. */
export const shape =
  <T>(fields: Shape<T>): Check =>
  (value, at, report) => {
    if (!isObject(value)) return report(at, 'must provide an object');
    const table = fields as Record<string, Need | May>;
    for (const [name, content] of Object.entries(value)) {
      if (name === 'type') continue;
      if (!Object.hasOwn(table, name)) report(at, `invalid additional property: ${name}`);
      else table[name]?.check(content, `${at}/${name}`, report);
    }
    for (const [name, { required }] of Object.entries(table)) {
      if (required && !Object.hasOwn(value, name)) report(at, `missing required field: ${name}`);
    }
  };

/** One of several shapes, by its `type`. */
export const typed =
  (table: Record<string, Check>): Check =>
  (value, at, report) => {
    if (!isObject(value)) return report(at, 'must provide an object');
    const type = value.type;
    if (typeof type !== 'string') return report(at, 'missing required field: type');
    if (!Object.hasOwn(table, type)) return report(`${at}/type`, `unsupported type: ${type}`);
    table[type]?.(value, at, report);
  };

export const both =
  (...checks: Check[]): Check =>
  (value, at, report) => {
    for (const check of checks) check(value, at, report);
  };

export const pick = <T>(table: Record<string, T>, ...names: string[]): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, table[name]!]));

/** What is wrong with a value, as Slack writes it in `response_metadata.messages`. */
export function problemsOf(check: Check, value: unknown, at: string): string[] {
  const problems: string[] = [];
  check(value, at, (where, message) => problems.push(`[ERROR] ${message} [json-pointer:${where}]`));
  return problems;
}
