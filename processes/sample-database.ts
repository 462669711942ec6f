/** How the samples reach the Postgres in which their tables are. */
import postgres from 'postgres';

/**
 * Connects when something is first asked. `prepare: false` works behind a connection pooler too; who is idle holds no
 * connection.
 */
export const connect = (databaseUrl: string) =>
  postgres(databaseUrl, { max: 4, idle_timeout: 30, prepare: false, fetch_types: false, onnotice: () => {} });
