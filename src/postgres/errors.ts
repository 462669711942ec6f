/**
 * The one error type of the embedded database. `code` is stable and meant for programs and operators' searches; the
 * message says what is wrong, where, and what to do.
 */
export type EmbeddedPostgresErrorCode =
  | 'postgres_binaries_missing'
  | 'postgres_binaries_unusable'
  | 'postgres_data_unrecognised'
  | 'postgres_disk_full'
  | 'postgres_home_unwritable'
  | 'postgres_locked'
  | 'postgres_root_refused'
  | 'postgres_unavailable'
  | 'postgres_version_mismatch';

export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}

/** The errno name (`ENOENT`) of a file system or network error, if it has one. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Wraps a failed file operation below `home`; an error that is already ours passes unchanged. */
export function asHomeError(home: string, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return diskFull(home, error);
  if (errno !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(errno)) {
    return new EmbeddedPostgresError(
      'postgres_home_unwritable',
      `The database folder ${home} cannot be written (${(error as Error).message}). ` +
        'Make it a folder this user owns, choose another home, or set DATABASE_URL to a server of your own.',
      error,
    );
  }
  return error;
}

/** No space is left for the database in `home`; `detail` is the tail of the server's own output, if there is one. */
export function diskFull(home: string, cause: unknown, detail = ''): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'postgres_disk_full',
    `No space is left on the disk of ${home}. Free some (a new database needs about 50 MB) and start again.${detail}`,
    cause,
  );
}
