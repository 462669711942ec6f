/** `network` of a configuration: which addresses Baton may reach beside the public ones. */
import { z } from 'zod';

export interface Network {
  /**
   * Hosts and address ranges that may be reached although they are not public: `shop.internal`, `*.corp.example`,
   * `127.0.0.1:8080`, `[::1]:8080`, `10.20.0.0/16`, `fd00::/8`. A port narrows an entry to that port.
   */
  allow?: string[];
}

/** One entry of `allow`, taken apart. `port` null: any. */
export type NetworkEntry =
  | { kind: 'host'; host: string; port: number | null }
  /** Every name below a domain. */
  | { kind: 'domain'; domain: string; port: number | null }
  | { kind: 'range'; address: string; bits: number; family: 'ipv4' | 'ipv6'; port: number | null };

const v4 = z.ipv4();
const v6 = z.ipv6();
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const hostName = new RegExp(`^(?:${label}\\.)*${label}$`);

/** Takes an entry apart; null if it is none. */
export function parseNetworkEntry(text: string): NetworkEntry | null {
  const [, bracketed, bare, portText] = /^(?:\[([^\]]*)\]|([^[\]]*?))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  if (bracketed !== undefined) return parseRange(bracketed, port);
  // Without brackets the last group of an IPv6 address looks like a port.
  return parseRange(text, null) ?? parseRange(bare ?? '', port) ?? parseName((bare ?? '').toLowerCase(), port);
}

function parseRange(text: string, port: number | null): NetworkEntry | null {
  const [address = '', given, ...more] = text.split('/');
  const family = v4.safeParse(address).success ? 'ipv4' : v6.safeParse(address).success ? 'ipv6' : null;
  if (family === null || more.length > 0) return null;
  const most = family === 'ipv4' ? 32 : 128;
  if (given !== undefined && !/^\d{1,3}$/.test(given)) return null;
  const bits = given === undefined ? most : Number(given);
  return bits > most ? null : { kind: 'range', address, bits, family, port };
}

function parseName(text: string, port: number | null): NetworkEntry | null {
  const domain = text.startsWith('*.') ? text.slice(2) : null;
  const name = (domain ?? text).replace(/\.$/, '');
  // Digits and dots alone are an address that somebody mistyped, or a way of writing one that is not the usual one.
  if (name.length > 253 || !hostName.test(name) || /^[\d.]+$|^0x/.test(name)) return null;
  return domain === null ? { kind: 'host', host: name, port } : { kind: 'domain', domain: name, port };
}
