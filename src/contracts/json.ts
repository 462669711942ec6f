/** What can cross a boundary or sit in jsonb: plain JSON, nothing that a round trip would change. */
import { z } from 'zod';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A JSON Schema (draft 2020-12) as data. Contracts travel in this form; zod stays with the code that wrote it. */
export type JsonSchema = JsonObject;

export const jsonValue: z.ZodType<Json> = z.json() as z.ZodType<Json>;
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), jsonValue);

/**
 * A value as an event holds it: inline up to 8 kB, above that its content is in `blobs`, written before the commit
 * that refers to it, and the event keeps digest, size in bytes and a preview of the first characters.
 */
export const value = z.union([
  z.strictObject({ inline: jsonValue }),
  z.strictObject({ blob: z.string(), bytes: z.int().nonnegative(), preview: z.string() }),
]);
export type Value = z.infer<typeof value>;
