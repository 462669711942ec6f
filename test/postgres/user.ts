/**
 * A process that uses the database of a home, for tests that kill it. `node user.ts <home> [full]` says `{"progress": …}`,
 * then `{"address": …}` or `{"code": …, "message": …}` in a line each, and leaves orderly when its stdin is closed.
 */
import { EmbeddedPostgresError, startEmbedded } from '../../src/postgres/index.ts';

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const server = await startEmbedded({
    home: process.argv[2] ?? '',
    durability: process.argv[3] === 'full' ? 'full' : 'none',
    onProgress: (progress) => say({ progress }),
  });
  say({ address: server.address });
  process.stdin.resume().once('end', () => server.stop().then(() => process.exit(0)));
} catch (error) {
  say({ code: error instanceof EmbeddedPostgresError ? error.code : 'unexpected', message: String(error) });
  process.exitCode = 1;
}
