/** The settings of models: what turns a provider on, and what half of a configuration lacks. Values are never repeated. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Problem } from './contracts/error.ts';

/** Name and password have no place in it: the client would refuse them at the first call. */
const isPlain = (given: string): boolean => {
  const url = URL.parse(given);
  return url !== null && url.username === '' && url.password === '';
};
const web = z
  .string()
  .refine(
    (given) => /^https?:\/\/[^\s/]/.test(given) && isPlain(given),
    'must be an address that begins with http:// or https://, without a name and a password',
  );
/** The key, and the tokens that it gives, must not travel in the open; there is no server of it on one's own machine. */
const secure = z
  .string()
  .refine(
    (given) => /^https:\/\/[^\s/]/.test(given) && isPlain(given),
    'must be an address that begins with https://, without a name and a password',
  );
const key = z.string().regex(/^[\x21-\x7e]+$/, 'must be one word of plain letters, as the provider shows it');
const scopes = ['GIGACHAT_API_PERS', 'GIGACHAT_API_B2B', 'GIGACHAT_API_CORP'] as const;

/** Variables of models, beside those of the deployment. */
export const modelVariables = {
  OPENAI_API_KEY: key.optional(),
  OPENAI_BASE_URL: web.optional(),
  GIGACHAT_AUTH_KEY: key.optional(),
  GIGACHAT_SCOPE: z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` }).optional(),
  GIGACHAT_AUTH_URL: secure.optional(),
  GIGACHAT_BASE_URL: secure.optional(),
  GIGACHAT_CA_FILE: z
    .string()
    .transform((given) => resolve(given))
    .refine(isCertificate, 'must be a file of certificates in PEM form')
    .optional(),
  GIGACHAT_STREAMS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a whole number from 1 to 999')
    .transform(Number)
    .optional(),
};
const variables = z.object(modelVariables);
type ModelVariables = z.output<typeof variables>;

export interface OpenaiSettings {
  apiKey: string;
  baseUrl?: string;
}

export interface GigachatSettings {
  authKey: string;
  scope: (typeof scopes)[number];
  authUrl?: string;
  baseUrl?: string;
  /** Certificates (PEM) to trust for this provider, and for it alone. */
  caFile?: string;
  /** Requests at once, of all processes together. */
  streams: number;
}

export interface ModelSettings {
  openai: OpenaiSettings | null;
  gigachat: GigachatSettings | null;
}

/** Node takes any file as one of certificates, and trusts nobody more if it has none. */
function isCertificate(file: string): boolean {
  try {
    const pem = readFileSync(file, 'utf8');
    return pem.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

/** What is set in parts only. */
export function missingOfModels(env: Readonly<Record<string, string | undefined>>): Problem[] {
  const has = (name: string) => env[name] !== undefined && env[name] !== '';
  const lacks = (name: string, others: readonly string[], why: string): Problem[] =>
    others.length === 0 || has(name)
      ? []
      : [
          {
            code: 'setting_missing',
            path: name,
            hint: `is missing, and ${others.join(', ')} means nothing without it${why}`,
          },
        ];
  const gigachat = Object.keys(modelVariables).filter((name) => name.startsWith('GIGACHAT_') && has(name));
  return [
    ...lacks('OPENAI_API_KEY', ['OPENAI_BASE_URL'].filter(has), '; any word will do for a server that asks for no key'),
    ...lacks('GIGACHAT_AUTH_KEY', gigachat, ''),
  ];
}

const given = <K extends string, V>(name: K, value: V | undefined) =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<K, V>>;

/** Which providers have a key. */
export function modelSettings(of: ModelVariables): ModelSettings {
  const { GIGACHAT_SCOPE: scope = 'GIGACHAT_API_PERS' } = of;
  return {
    openai: of.OPENAI_API_KEY ? { apiKey: of.OPENAI_API_KEY, ...given('baseUrl', of.OPENAI_BASE_URL) } : null,
    gigachat: of.GIGACHAT_AUTH_KEY
      ? {
          authKey: of.GIGACHAT_AUTH_KEY,
          scope,
          ...given('authUrl', of.GIGACHAT_AUTH_URL),
          ...given('baseUrl', of.GIGACHAT_BASE_URL),
          ...given('caFile', of.GIGACHAT_CA_FILE),
          // What the provider gives to people, and to companies unless they have paid for more.
          streams: of.GIGACHAT_STREAMS ?? (scope === 'GIGACHAT_API_PERS' ? 1 : 10),
        }
      : null,
  };
}
