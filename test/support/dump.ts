/** Whole databases as text: every table by COPY, in one file that a later version can be given. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type postgres from 'postgres';

const tables = [
  'definitions',
  'inbox',
  'runs',
  'journal',
  'blobs',
  'signals',
  'escalations',
  'votes',
  'reservations',
  'posts',
  'deliveries',
];
const heading = /^== (\w+) \(([\w, ]+)\)\n/m;

/** All rows as of one moment, whatever is going on: what a crash of everything at that moment would leave. */
export async function takeDump(sql: postgres.Sql): Promise<string> {
  const connection = await sql.reserve();
  try {
    await connection`begin isolation level repeatable read`;
    let dump = '';
    for (const table of tables) {
      const columns = await connection<{ name: string }[]>`
        select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' order by ordinal_position`;
      const list = columns.map(({ name }) => name).join(', ');
      const rows = await connection.unsafe(`copy ${table} (${list}) to stdout`).readable();
      dump += `== ${table} (${list})\n${await text(rows)}`;
    }
    await connection`commit`;
    return dump;
  } finally {
    connection.release();
  }
}

/** Puts a dump into a migrated, empty database. */
export async function loadDump(sql: postgres.Sql, dump: string): Promise<void> {
  const parts = dump.split(/^(?=== )/m);
  for (const part of parts) {
    const [head, table, list] = heading.exec(part)!;
    const target = await sql.unsafe(`copy ${table} (${list}) from stdin`).writable();
    target.end(part.slice(head.length));
    await once(target, 'finish');
  }
}
