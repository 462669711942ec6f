/** Rows that somebody else holds: whoever wants to write them waits until they are free. */
import postgres from 'postgres';

export async function locked(databaseUrl: string, table: string) {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql.unsafe('begin');
  await sql.unsafe(`select 1 from ${table} for update`);
  let ending: Promise<void> | undefined;
  const free = (): Promise<void> => {
    ending ??= sql.unsafe('commit').then(() => sql.end());
    return ending;
  };
  return { free, [Symbol.asyncDispose]: free };
}
