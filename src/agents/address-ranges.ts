/**
 * Which addresses are public: the special ones are those of the IANA registries
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry).
 *
 * IPv6 is judged the other way round: nothing is public but the global unicast range without its special parts, since
 * everything outside has not been given to anybody. An address that carries an IPv4 address in it is judged by that one
 * where it is in use (mapped, NAT64), and refused where it is history (6to4, Teredo).
 */
import { BlockList, isIP } from 'node:net';

/** What a special range is for, in a word for people. */
export type Kind = 'unspecified' | 'loopback' | 'link-local' | 'multicast' | 'private' | 'reserved' | 'not an address';

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const special: [Kind, ...string[]][] = [
  ['unspecified', '0.0.0.0/8', '::/128'],
  ['loopback', '127.0.0.0/8', '::1/128'],
  // Cloud providers answer with credentials at 169.254.169.254 and fd00:ec2::254.
  ['link-local', '169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', '64:ff9b:1::/48'],
  ['reserved', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24'],
  ['reserved', '203.0.113.0/24', '240.0.0.0/4', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
];

const lists = special.map(([kind, ...ranges]) => ({ kind, list: listOf(ranges) }));
const globalUnicast = listOf(['2000::/3']);
const nat64 = listOf(['64:ff9b::/96']);

function listOf(ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

/** What keeps an address from being public; null if nothing does. */
export function specialKind(address: string): Kind | null {
  const plain = canonicalAddress(address);
  if (plain === null) return 'not an address';
  const family = familyOf(plain);
  const found = lists.find(({ list }) => list.check(plain, family));
  if (found) return found.kind;
  return family === 'ipv4' || globalUnicast.check(plain, family) ? null : 'reserved';
}

/**
 * The address that a packet would go to: without the zone, and as IPv4 where that is what it carries. Null for what is no
 * address in its usual form: other forms (`0177.1`, `2130706433`) mean different things to different programs.
 */
export function canonicalAddress(address: string): string | null {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 4) return bare;
  if (family === 0) return null;
  // The parser of URLs writes it in its one shortest form, an IPv4 tail as two groups.
  const short = URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1);
  if (short === undefined) return null;
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped) return dotted(mapped[1]!, mapped[2]!);
  if (!nat64.check(short, 'ipv6')) return short;
  const groups = groupsOf(short);
  return dotted(groups[6]!, groups[7]!);
}

function groupsOf(short: string): string[] {
  const [head = '', tail] = short.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  if (tail === undefined) return [...head];
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

const dotted = (high: string, low: string): string =>
  [high, low].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join('.');
