/** An authority that nobody knows, and a certificate of it for 127.0.0.1 and localhost; made by openssl, once. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** What a client must trust. */
  ca: string;
  cert: string;
  key: string;
}

let made: Certificates | null = null;

export function certificates(): Certificates {
  made ??= make();
  return made;
}

function make(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'baton-gigachat-'));
  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const openssl = (...line: string[]) => execFileSync('openssl', line, { stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...curve, '-days', '2', '-subj', '/CN=Some Root', '-keyout', at('root'), '-out', at('ca'));
    openssl('req', '-new', ...curve, '-subj', '/CN=localhost', '-keyout', at('key'), '-out', at('request'));
    writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const by = ['-CA', at('ca'), '-CAkey', at('root'), '-set_serial', '1', '-days', '2', '-extfile', at('names')];
    openssl('x509', '-req', '-in', at('request'), ...by, '-out', at('cert'));
    return { ca: read('ca'), cert: read('cert'), key: read('key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
