/** Values over 8 kB. Content-addressed within a run, and written before the commit that refers to them. */
import type { Json } from '../../contracts/json.ts';
import { crossing } from '../crossing.ts';
import { encodeJson } from '../scrub.ts';
import type { Sql } from './database.ts';

export async function writeBlob(sql: Sql, run: string, digest: string, body: Json): Promise<void> {
  await crossing(
    'blob',
    () => sql`
    insert into blobs (run_id, digest, body) values (${run}, ${digest}, ${encodeJson(body)}) on conflict do nothing`,
  );
}

/** All large values of a run, by digest. */
export async function readBlobs(sql: Sql, run: string): Promise<Map<string, Json>> {
  const rows = await sql<{ digest: string; body: string }[]>`select digest, body from blobs where run_id = ${run}`;
  return new Map(rows.map(({ digest, body }) => [digest, JSON.parse(body) as Json]));
}
