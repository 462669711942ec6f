/** Where the data of a deployment lives: the Postgres that is named, or one of our own below the home. */
import { BatonError } from './contracts/error.ts';
import { assertUsable, isConnectionLoss, openDatabase, reasonOf } from './core/store/database.ts';
import { migrate } from './core/store/migrate.ts';

export interface PlaceSettings {
  /** Absent: Baton keeps a Postgres of its own under `home`. */
  databaseUrl?: string | undefined;
  /** For listening, session locks and migrations, where `databaseUrl` leads through a transaction pooler. */
  databaseDirectUrl?: string | undefined;
  home: string;
}

export interface Place {
  url: string;
  directUrl: string | undefined;
  release(): Promise<void>;
}

/** Longer than this is worth a word. */
const momentMs = 700;

/** Joins or starts the database. What cannot be started, or is not what we need, throws `database_unreachable`. */
export async function findPlace(
  { databaseUrl, databaseDirectUrl, home }: PlaceSettings,
  onProgress: (line: string) => void,
): Promise<Place> {
  if (databaseUrl !== undefined) return { url: databaseUrl, directUrl: databaseDirectUrl, release: async () => {} };
  const { EmbeddedPostgresError, startEmbedded, toUrl } = await import('./postgres/index.ts');
  let step = `Joining the database in ${home}`;
  const wait = setTimeout(() => onProgress(`${step} …`), momentMs);
  try {
    const server = await startEmbedded({
      home,
      onProgress: (line) => {
        step = line;
      },
    });
    return { url: toUrl(server.address), directUrl: undefined, release: () => server.stop() };
  } catch (cause) {
    if (!(cause instanceof EmbeddedPostgresError)) throw cause;
    throw new BatonError('database_unreachable', cause.message, { cause });
  } finally {
    clearTimeout(wait);
  }
}

/** Whoever cannot be reached, or is not what we need, is told as such before the tables are touched. */
export async function bringUpToDate({ url, directUrl = url }: Place): Promise<number> {
  const db = openDatabase({ url: directUrl });
  try {
    await assertUsable(db.sql);
    return await migrate({ url: directUrl });
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    throw new BatonError('database_unreachable', `Postgres went away (${reasonOf(error)}).`, { cause: error });
  } finally {
    await db.close();
  }
}

/** Brings the tables to this version and says how many migrations that took. */
export async function migrateDatabase(settings: PlaceSettings, onProgress: (line: string) => void = () => {}) {
  const place = await findPlace(settings, onProgress);
  try {
    return await bringUpToDate(place);
  } finally {
    await place.release();
  }
}
