/** Parameters out of a request: of its query, as JSON, urlencoded, or as multipart/form-data with files. */
import type { IncomingMessage } from 'node:http';
import { badParameters, Refusal } from './refusal.ts';

/** A file that came in a multipart body. */
export class Upload {
  readonly filename: string;
  readonly bytes: Buffer;

  constructor(filename: string, bytes: Buffer) {
    this.filename = filename;
    this.bytes = bytes;
  }
}

export interface Fields {
  values: Record<string, unknown>;
  /** Everything came as text: numbers and objects are still to be read out of it. */
  isForm: boolean;
}

const maxBytes = 50_000_000;

export async function readFields(request: IncomingMessage, query: URLSearchParams): Promise<Fields> {
  const body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  const ofQuery = [...query.entries()];
  if (body.length === 0) return { values: gather(ofQuery), isForm: true };
  if (type.startsWith('application/json')) {
    if (ofQuery.length > 0) throw badParameters('parameters in the query and in the body');
    return { values: parseJson(body), isForm: false };
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { values: gather([...ofQuery, ...new URLSearchParams(body.toString('utf8'))]), isForm: true };
  }
  if (type.startsWith('multipart/form-data')) {
    return { values: gather([...ofQuery, ...parseMultipart(body, boundaryOf(type))]), isForm: true };
  }
  throw badParameters(`unsupported content type "${type}"`);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (body.length > maxBytes) throw new Refusal(413, 'Request Entity Too Large', null, 'content');
  return body;
}

function gather(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    if (Object.hasOwn(values, name)) throw badParameters(`parameter "${name}" is given twice`);
    values[name] = value;
  }
  return values;
}

function parseJson(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw badParameters("can't parse JSON object");
}

function boundaryOf(type: string): string {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (!boundary) throw badParameters('multipart without boundary');
  return boundary;
}

/** RFC 7578: every part between two lines of the boundary, the last of which ends with two dashes. */
function parseMultipart(body: Buffer, boundary: string): [string, string | Upload][] {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: [string, string | Upload][] = [];
  let at = whole.indexOf(delimiter);
  if (at < 0) throw badParameters('multipart: the boundary is not in the body');
  for (;;) {
    const begin = at + delimiter.length;
    if (whole.toString('latin1', begin, begin + 2) === '--') return parts;
    if (whole.toString('latin1', begin, begin + 2) !== '\r\n') throw badParameters('multipart: garbage after boundary');
    at = whole.indexOf(delimiter, begin);
    if (at < 0) throw badParameters('multipart: the last boundary is missing');
    parts.push(parsePart(whole.subarray(begin + 2, at)));
  }
}

function parsePart(part: Buffer): [string, string | Upload] {
  const end = part.indexOf('\r\n\r\n');
  if (end < 0) throw badParameters('multipart: a part without end of headers');
  const headers = part.toString('utf8', 0, end).split('\r\n');
  const disposition = headers.find((line) => /^content-disposition:/i.test(line)) ?? '';
  if (!/^content-disposition:\s*form-data\s*;/i.test(disposition)) throw badParameters('multipart: no form-data');
  const name = attribute(disposition, 'name');
  if (!name) throw badParameters('multipart: a part without name');
  const filename = attribute(disposition, 'filename');
  const content = part.subarray(end + 4);
  return [name, filename === null ? content.toString('utf8') : new Upload(filename, Buffer.from(content))];
}

function attribute(disposition: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition);
  return found ? found[1]!.replace(/\\(["\\])/g, '$1').replace(/%22/g, '"') : null;
}
