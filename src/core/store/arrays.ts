/**
 * How lists go to Postgres. postgres.js would ask each new connection for the array types first, and a connection that
 * breaks in the middle of that question ends the process: nobody waits for its answer there (`fetchArrayTypes` in
 * porsager/postgres src/connection.js). So the question is switched off, and the few types that are sent are named here.
 */
import type postgres from 'postgres';

/** An array literal: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
const encodeArray = (items: readonly unknown[]): string => `{${items.map(encodeItem).join(',')}}`;

function encodeItem(item: unknown): string {
  if (item === null) return 'null';
  const text = String(item);
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/** The types' own numbers, which are the same in every Postgres (pg_type.dat). */
const numbers = { text: 1009, int4: 1007, int8: 1016, float8: 1022, uuid: 2951 };

const typed = (number: number) => ({ to: number, from: [], serialize: encodeArray, parse: (text: string) => text });

/**
 * JSON texts as one list. JSON escapes every control character, so one of them can stand between the texts: nothing is
 * quoted a second time, and Postgres reads no array literal. It was a tenth of what a commit costs this process.
 */
export const jsonTexts = (sql: postgres.ISql, texts: readonly string[]) =>
  sql`string_to_array(${texts.join('\u001e')}, chr(30))`;

/** Options of a client that sends lists of text, integers, floats and uuids, and reads none. */
export const arrayOptions = {
  fetch_types: false,
  types: Object.fromEntries(Object.entries(numbers).map(([name, number]) => [`${name}s`, typed(number)])),
};
