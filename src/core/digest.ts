/** Digests over canonical JSON (RFC 8785): equal values have equal digests, whatever the order of their keys. */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from '../contracts/json.ts';

/** SHA-256 of the canonical JSON of a value, in hexadecimal. */
export const digest = (of: Json): string => hash('sha256', canonicalize(of) ?? 'null');
