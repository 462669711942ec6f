/** How a person gives a value: field by field, wherever they are asked. */
import type { Json } from './json.ts';

/** One field of a value that a person gives. */
export interface Field {
  name: string;
  label: string;
  /** What may be written there. */
  hint: string;
  initial: string;
}

/** How a person gives the value of a verb. */
export interface Form {
  fields: readonly (Field & { choices: readonly string[] | null; optional: boolean })[];
  /**
   * The value that the fields make, or what is wrong with which of them. A field that is null stays as it is. `same`:
   * nothing was changed.
   */
  read(typed: readonly (string | null)[]): { value: Json } | { same: true } | { wrong: Map<number, string> };
  /** The field that a mismatch at this path is about. */
  fieldAt(path: string): number;
}

/** What a form itself says, in the language of whoever fills it in. */
export interface FormWords {
  /** What may be written into a field. */
  hints: {
    number: string;
    integer: string;
    boolean: string;
    json: string;
    money: string;
    oneOf: (values: string) => string;
  };
  notMoney: (example: string) => string;
  /** Stands at a field whose value nobody is shown. */
  hiddenField: string;
  unchanged: string;
  mismatch: (expected: string, received: string) => string;
}
