/** Looks at the embedded server of a home without changing anything: is there data, does it run, who else gets in? */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { locateBinaries } from './binaries.ts';
import { homeAt } from './home.ts';
import { findServer } from './server.ts';

export interface EmbeddedState {
  /** Null: there is no database yet. */
  dataVersion: string | null;
  /** Null: the programs are not installed. */
  binariesVersion: string | null;
  server: { pid: number; status: string } | null;
  /** Folders that other local users may enter, or that belong to one. */
  open: { path: string; why: string }[];
  data: string;
}

export function inspectEmbedded(directory: string): EmbeddedState {
  const home = homeAt(directory);
  const server = findServer(home);
  return {
    data: home.data,
    dataVersion: readVersion(home.data),
    binariesVersion: readBinaries(),
    server: server ? { pid: server.pid, status: server.status } : null,
    // The run folder may be passed through by name, where the server runs as another user; its socket may not.
    open: [
      ...exposure(home.data, 0o077),
      ...exposure(home.run, 0o066),
      ...(server?.socketDirectory ? exposure(server.socketDirectory, 0o077) : []),
    ],
  };
}

function readVersion(data: string): string | null {
  try {
    return readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  } catch {
    return null;
  }
}

function readBinaries(): string | null {
  try {
    return locateBinaries().majorVersion;
  } catch {
    return null;
  }
}

function exposure(path: string, forbidden: number): { path: string; why: string }[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || (found.mode & forbidden) === 0) return [];
  return [{ path, why: `its mode is ${(found.mode & 0o777).toString(8)}` }];
}
