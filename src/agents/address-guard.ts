/**
 * Keeps what Baton sends away from addresses that are not public, unless the configuration's `network.allow` names them.
 *
 * The check is made where a connection is made, on the very addresses that the name has just been resolved to: what a
 * resolver says a moment before or after is of no interest, so a name that changes its mind gains nothing.
 */
import { lookup as lookupInDns } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { type Network, type NetworkEntry, parseNetworkEntry } from '../contracts/network.ts';
import { canonicalAddress, type Kind, specialKind } from './address-ranges.ts';

/** A connection that was not made, because the configuration does not allow the address. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

interface Found {
  address: string;
  family: number;
}

/** The `lookup` of `node:net`, spelt out: a program without the types of Node can use these. */
type Lookup = (
  host: string,
  options: { all?: boolean | undefined; family?: number | 'IPv4' | 'IPv6' | undefined },
  done: (error: Error | null, address: string | Found[], family?: number) => void,
) => void;

export interface AddressGuard {
  /** Throws `AddressRefused` if the host is an address that may not be reached; a name is judged when it is resolved. */
  check(host: string, port: number): void;
  /** For `node:net`, `node:tls` and `node:http`: resolves a name to those of its addresses that may be reached. */
  lookup(port: number): Lookup;
  /** Whether `network.allow` itself names this host or address, public or not. */
  isListed(host: string, port: number): boolean;
}

type RangeEntry = Extract<NetworkEntry, { kind: 'range' }>;

type Resolver = (
  host: string,
  options: { all: true; order: 'verbatim' },
  done: (error: Error | null, addresses: Found[]) => void,
) => void;

/** A guard by these rules. `resolver` is for tests. Entries that are none allow nothing; the registry tells of them. */
export function createAddressGuard({ allow = [] }: Network = {}, resolver: Resolver = lookupInDns): AddressGuard {
  const entries = allow.map(parseNetworkEntry).filter((entry) => entry !== null);
  const ranges = entries
    .filter((entry) => entry.kind === 'range')
    .map((entry) => ({ port: entry.port, list: listOf(entry) }));

  const namesHost = (host: string, port: number): boolean => {
    const name = host.toLowerCase().replace(/\.$/, '');
    return entries.some(
      (entry) =>
        (entry.port === null || entry.port === port) &&
        ((entry.kind === 'host' && entry.host === name) ||
          (entry.kind === 'domain' && name.endsWith(`.${entry.domain}`))),
    );
  };
  const namesAddress = (address: string, port: number): boolean => {
    const plain = canonicalAddress(address);
    const family = plain !== null && isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    return (
      plain !== null &&
      ranges.some((range) => (range.port === null || range.port === port) && range.list.check(plain, family))
    );
  };
  /** What keeps an address from being reached under the name; null if nothing does. */
  const flaw = (address: string, port: number, named: boolean): Kind | null => {
    const kind = specialKind(address);
    if (kind === null || namesAddress(address, port)) return null;
    // A name that was allowed may well be private, but its owner cannot lend it to the machine's own metadata service.
    return named && (kind === 'private' || kind === 'loopback') ? null : kind;
  };

  return {
    check(given, port) {
      const host = given.replace(/^\[|\]$/g, '');
      if (isIP(host.replace(/%.*$/, '')) === 0) return;
      const kind = flaw(host, port, false);
      if (kind !== null) throw refusal(host, host, port, kind);
    },
    isListed: (given, port) => {
      const host = given.replace(/^\[|\]$/g, '');
      return isIP(host) === 0 ? namesHost(host, port) : namesAddress(host, port);
    },
    lookup: (port) => (host, options, callback) => {
      resolver(host, { all: true, order: 'verbatim' }, (error, found) => {
        if (error) return callback(error, []);
        const named = namesHost(host, port);
        const flaws = found.map(({ address }) => flaw(address, port, named));
        const wanted = found.filter(
          ({ family }, i) => flaws[i] === null && (!options.family || String(options.family).endsWith(String(family))),
        );
        const [first] = wanted;
        if (first) return options.all ? callback(null, wanted) : callback(null, first.address, first.family);
        const refused = flaws.findIndex((kind) => kind !== null);
        if (refused < 0) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
        return callback(refusal(host, found[refused]!.address, port, flaws[refused]!), []);
      });
    },
  };
}

const listOf = ({ address, bits, family }: RangeEntry): BlockList => {
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list;
};

/** What was refused and the line that would allow it. A host is text from outside, so only a little of it is repeated. */
function refusal(host: string, address: string, port: number, kind: Kind): AddressRefused {
  const short = (text: string) => text.replace(/[^\w.:%-]/g, '?').slice(0, 100);
  const of = host === address ? short(host) : `${short(host)} is at ${short(address)}, which`;
  const entry = `${isIP(address) === 6 ? `[${short(address)}]` : short(address)}:${port}`;
  const what = kind === 'not an address' ? kind : `${kind}, not public`;
  return new AddressRefused(`${of} is ${what}; to allow it, add '${entry}' to network.allow in the configuration`);
}
