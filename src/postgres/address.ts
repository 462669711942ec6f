/**
 * Where the server is reached. A `DatabaseAddress` spreads into the options of postgres.js.
 *
 * postgres.js 3.4.9 takes a socket from an URL in one case only: it decodes the host when there is a comma in it, and
 * then takes all of `host:port` as the folder. So inside every socket folder there is a link named `,:5432` back to
 * the folder itself, and the URL names that link. libpq reads the same URL as a list of two hosts, and connects to
 * the first, which is the folder. Neither looks at PGPORT then.
 */
export type DatabaseAddress = {
  host: string;
  port: number;
  username: string;
  database: string;
  password?: string;
};

export const socketPort = 5432;
export const superuser = 'baton';

/** Name of the link inside a socket folder that makes it reachable by URL; see above. */
export const urlLinkName = `,:${socketPort}`;

/** Longest path that fits `sun_path` of a unix socket, in bytes. */
export const socketPathLimit = 107;

export function socketAddress(directory: string): DatabaseAddress {
  return { host: directory, port: socketPort, username: superuser, database: 'postgres' };
}

/** The socket's path as clients of `toUrl` see it: the longest of the forms in use. */
export function longestSocketPath(directory: string): string {
  return `${directory}/${urlLinkName}/.s.PGSQL.${socketPort}`;
}

/** A postgres:// URL of the address for a child process, accepted by postgres.js and by libpq. */
export function toUrl(address: DatabaseAddress): string {
  const password = address.password === undefined ? '' : `:${encodeURIComponent(address.password)}`;
  const isSocket = address.host.startsWith('/');
  const host = isSocket ? encodeURIComponent(`${address.host}/,`) : address.host;
  return `postgres://${encodeURIComponent(address.username)}${password}@${host}:${address.port}/${encodeURIComponent(address.database)}`;
}
