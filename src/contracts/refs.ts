/**
 * Typed references: `steps.lookup.total` is a path at run time and a type at compile time, so that a plan that reads a
 * field which no step gives does not compile.
 */
import type { Mapping } from './plan.ts';

declare const points: unique symbol;

/** A reference to a value of type T. */
export interface Ref<out T> {
  readonly [points]: T;
}

/** A text with references in it. */
export interface Text {
  readonly [points]: string;
}

type Fields<T, Absent> = T extends readonly (infer E)[]
  ? { readonly [index: number]: Tree<E | Absent> }
  : T extends object
    ? { readonly [K in keyof T]-?: Tree<T[K] | Absent> }
    : unknown;

/** A reference whose fields are references. What may be absent stays so all the way down. */
export type Tree<T> = Ref<T> & Fields<NonNullable<T>, Extract<T, undefined>>;

/** Something of type T, given as it is, by reference, or in part by reference. */
export type Given<T> =
  | Ref<T>
  | T
  | (T extends readonly (infer E)[]
      ? readonly Given<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Given<T[K]> }
        : never);

type KeysOf<T> = T extends unknown ? keyof T : never;

/** Refuses fields that T does not have: what a function returns is not checked for them by the compiler itself. */
export type NoExtra<G, T> = unknown extends T
  ? unknown
  : G extends Ref<unknown>
    ? unknown
    : { readonly [K in Exclude<keyof G, KeysOf<T>>]: never };

const path = Symbol('path');

/** A proxy that remembers the path by which it was reached. */
export function tree<T>(at: string): Tree<T> {
  return new Proxy(Object.freeze({}), {
    get: (_, key) => (key === path ? at : typeof key === 'string' ? tree(`${at}.${key}`) : undefined),
  }) as Tree<T>;
}

/** The path of a reference, or null for a plain value. */
export const pathOf = (of: unknown): string | null =>
  typeof of === 'object' && of !== null
    ? (((of as Record<symbol, unknown>)[path] as string | undefined) ?? null)
    : null;

/** Text with references: ``text`Refund for order ${task.order}` ``. */
export function text(parts: TemplateStringsArray, ...refs: Ref<unknown>[]): Ref<string> {
  const joined = parts.map((part, i) => part + (i < refs.length ? `{{${pathOf(refs[i])}}}` : '')).join('');
  return { $text: joined } as unknown as Ref<string>;
}

/** Turns a given value into plan data: every reference becomes `{ $ref }`. */
export function toMapping(given: unknown): Mapping {
  const at = pathOf(given);
  if (at !== null) return { $ref: at };
  if (Array.isArray(given)) return given.map(toMapping);
  if (typeof given === 'object' && given !== null) {
    return Object.fromEntries(
      Object.entries(given)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => [key, toMapping(inner)]),
    );
  }
  return given as Mapping;
}
