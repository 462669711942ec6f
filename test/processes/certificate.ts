/** A certificate that signs itself, for 127.0.0.1 and localhost, with an end of one's choice; made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dayMs = 24 * 3_600_000;

/** `openssl ca` alone takes a beginning and an end in every version that is in use. */
const config = (folder: string) => `
[ca]
default_ca = own
[own]
database = ${folder}/index
serial = ${folder}/serial
new_certs_dir = ${folder}
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost,IP:127.0.0.1
basicConstraints = critical,CA:TRUE
`;

const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');

/** It ends so many days from now; a number below zero is one that has ended. */
export function certificate(endsInDays: number): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'baton-certificate-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...line: string[]) => execFileSync('openssl', line, { stdio: 'ignore' });
  try {
    writeFileSync(at('config'), config(folder));
    writeFileSync(at('index'), '');
    writeFileSync(at('serial'), '01');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-new', ...curve, '-subj', '/CN=localhost', '-keyout', at('key'), '-out', at('request'));
    // Half a day more: whole days are counted, and the test takes a moment.
    const end = Date.now() + (endsInDays + 0.5) * dayMs;
    const times = ['-startdate', stamp(Math.min(Date.now(), end) - dayMs), '-enddate', stamp(end)];
    const own = ['-selfsign', '-keyfile', at('key'), '-in', at('request'), '-out', at('cert'), '-notext', '-batch'];
    openssl('ca', '-config', at('config'), ...own, ...times);
    return { key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('cert'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
