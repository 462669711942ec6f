/**
 * The server's log, `<home>/postgres.log`. It is bounded by cutting: what is beyond `limitBytes` moves to
 * `postgres.log.1`, its end only. The server appends (O_APPEND), so the file may shrink under it.
 */
import { closeSync, fstatSync, openSync, readSync, truncateSync, writeFileSync } from 'node:fs';

const limitBytes = 8 * 1024 * 1024;
const keptBytes = 1024 * 1024;

export function boundLog(path: string, limit: number = limitBytes): void {
  const kept = readFrom(path, (size) => (size > limit ? size - keptBytes : size));
  if (kept.length === 0) return;
  writeFileSync(`${path}.1`, kept, { mode: 0o600 });
  truncateSync(path, 0);
}

export function sizeOf(path: string): number {
  const file = openSync(path, 'a', 0o600);
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

/** What was written at and after `offsetBytes`: at most the last `keptBytes`. */
export function readSince(path: string, offsetBytes: number): string {
  return readFrom(path, (size) => Math.max(offsetBytes, size - keptBytes)).toString('utf8');
}

/** The last lines of `text` as an indented block to end an error message with; empty when there are none. */
export function asTail(text: string, from: string): string {
  const lines = text.trimEnd().split('\n').slice(-10);
  if (lines.join('') === '') return '';
  return `\nThe last lines of ${from}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function readFrom(path: string, start: (sizeBytes: number) => number): Buffer {
  const file = openSync(path, 'a+', 0o600);
  try {
    const size = fstatSync(file).size;
    const position = Math.max(0, start(size));
    const buffer = Buffer.alloc(Math.max(0, size - position));
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, position));
  } finally {
    closeSync(file);
  }
}
