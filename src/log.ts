/**
 * The log: JSON lines on stderr, so that stdout stays the program's answer.
 *
 * Secrets are taken out at the sink, after everything else: whatever a line was made of, a value that the environment
 * calls a secret does not leave the process. An error is logged without its message, which may quote what it was given,
 * unless Baton itself wrote it.
 */
import { pino } from 'pino';
import { BatonError } from './contracts/error.ts';
import type { Log } from './core/ports.ts';

const secretName = /TOKEN|SECRET|KEY|PASSWORD/i;
/** A shorter value is no secret worth the name, and would be found everywhere. */
const shortestSecret = 6;
const maxFrames = 12;

/** Writes to stderr from `level` on. The environment tells which values are secrets. */
export function createLog(
  level: string,
  env: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  const redact = createRedaction(env);
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
    },
    { write: (line) => write(redact(line)) },
  );
}

/** Replaces every known secret in a line of JSON, which it leaves one. */
export function createRedaction(env: Readonly<Record<string, string | undefined>>): (line: string) => string {
  const forms = Object.entries(env)
    .flatMap(([name, value = '']) => [...(secretName.test(name) ? [value] : []), ...passwordOf(value)])
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret.length >= shortestSecret)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    // The longest first: a secret may be a part of another one.
    .sort((a, b) => b.length - a.length);
  return (line) => forms.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
}

/** The password in an address, as it stands there and as it is meant. */
function passwordOf(value: string): string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*?:([^/?#]*)@/i.exec(value)?.[1];
  if (!written) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}

/** What may be said of an error: its class and code, where it was thrown, and Baton's own words. */
export function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as { code?: unknown };
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, maxFrames)
    .map((line) => line.trim());
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    ...(error instanceof BatonError && { message: error.message }),
    stack: frames,
    ...(error.cause instanceof Error && { cause: serializeError(error.cause) }),
  };
}
