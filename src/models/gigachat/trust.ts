/**
 * Whom a connection to GigaChat trusts. Its certificates are signed by an authority of the Russian state that is in no
 * list of well-known ones (developers.sber.ru, on certificates), so it is given as a file. It is trusted for these
 * connections alone, beside the well-known authorities: in NODE_EXTRA_CA_CERTS it could speak for every other host.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { BatonError } from '../../contracts/error.ts';

/** Made once: there are 150 certificates to read. Throws `config_invalid` when the file is not there or holds none. */
export function trustOf(caFile: string | undefined): SecureContext | undefined {
  if (caFile === undefined) return undefined;
  try {
    const text = readFileSync(caFile, 'utf8');
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no certificate');
    return createSecureContext({ ca: [...rootCertificates, text] });
  } catch (cause) {
    const hint = 'GIGACHAT_CA_FILE must name a file with certificates in PEM (-----BEGIN CERTIFICATE-----)';
    const problems = [{ code: 'ca_unusable', path: 'GIGACHAT_CA_FILE', hint }];
    throw new BatonError('config_invalid', hint, { problems, cause });
  }
}

const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Whether a connection failed because nobody who is trusted has signed the certificate. */
export const isUntrusted = (code: string): boolean => untrusted.has(code);
