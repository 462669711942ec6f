import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { AddressRefused, createAddressGuard } from '../../src/agents/address-guard.ts';
import { canonicalAddress, specialKind } from '../../src/agents/address-ranges.ts';
import { parseNetworkEntry } from '../../src/contracts/network.ts';

const guard = createAddressGuard();
const refusalOf = (host: string, port = 80, of = guard): string | null => {
  try {
    of.check(new URL(`http://${host}/`).hostname, port);
    return null;
  } catch (error) {
    assert.ok(error instanceof AddressRefused);
    return error.message;
  }
};
/** A resolver that says something else each time it is asked. */
const resolverOf = (...answers: string[][]) => {
  const asked: string[] = [];
  const resolver: Parameters<typeof createAddressGuard>[1] = (host, _options, done) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(host);
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(done, null, found);
  };
  return { asked, resolver };
};
const lookUp = (of: ReturnType<typeof createAddressGuard>, host: string, port = 80): Promise<string[] | Error> =>
  new Promise((resolve) =>
    of.lookup(port)(host, { all: true }, (error, found) =>
      resolve(error ?? (found as LookupAddress[]).map(({ address }) => address)),
    ),
  );

test('an address that is not public is refused, in whatever form an URL may write it', () => {
  const refused: [string, string][] = [
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['2130706433', 'loopback'],
    ['0177.0.0.1', 'loopback'],
    ['0x7f.1', 'loopback'],
    ['127.1', 'loopback'],
    ['[::1]', 'loopback'],
    ['0', 'unspecified'],
    ['0.0.0.0', 'unspecified'],
    ['[::]', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['[fd12:3456::1]', 'private'],
    ['169.254.169.254', 'link-local'],
    ['[fe80::1]', 'link-local'],
    ['[fd00:ec2::254]', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['[ff02::1]', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['[2001:db8::1]', 'reserved'],
    // IPv4 addresses inside of IPv6 ones: mapped, NAT64, 6to4, Teredo, and the compatible ones of old.
    ['[::ffff:127.0.0.1]', 'loopback'],
    ['[::ffff:a00:1]', 'private'],
    ['[64:ff9b::7f00:1]', 'loopback'],
    ['[64:ff9b::169.254.169.254]', 'link-local'],
    ['[64:ff9b:1::1]', 'private'],
    ['[2002:7f00:1::]', 'reserved'],
    ['[2001:0:1::1]', 'reserved'],
    ['[::127.0.0.1]', 'reserved'],
  ];
  for (const [host, kind] of refused) assert.match(refusalOf(host) ?? '(allowed)', new RegExp(` is ${kind}`), host);
  for (const host of [
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '[2606:4700::1111]',
    '[::ffff:8.8.8.8]',
    '[64:ff9b::808:808]',
  ])
    assert.equal(refusalOf(host), null, host);
});

test('what is no address in its usual form is no public one', () => {
  for (const text of ['', 'localhost', '1.2.3', '0177.0.0.1', '1.2.3.4.5', '::g']) {
    assert.equal(canonicalAddress(text), null);
    assert.equal(specialKind(text), 'not an address');
  }
  assert.equal(specialKind('fe80::1%eth0'), 'link-local');
});

test('the refusal names the line of the configuration that would allow it, and that line does', () => {
  for (const [host, entry] of [
    ['127.0.0.1', '127.0.0.1:8080'],
    ['[::1]', '[::1]:8080'],
  ] as const) {
    assert.match(refusalOf(host, 8080) ?? '', new RegExp(`add '${entry.replace(/[[\].]/g, '\\$&')}' to network.allow`));
    assert.equal(refusalOf(host, 8080, createAddressGuard({ allow: [entry] })), null);
    assert.notEqual(refusalOf(host, 8081, createAddressGuard({ allow: [entry] })), null);
  }
});

test('a range allows what is in it, and nothing beside', () => {
  const of = createAddressGuard({ allow: ['10.20.0.0/16', 'fd00::/16', '[::1]'] });
  for (const host of ['10.20.0.1', '[fd00:1::1]', '[::ffff:10.20.1.1]', '[::1]'])
    assert.equal(refusalOf(host, 1, of), null, host);
  for (const host of ['10.21.0.1', '[fd01::1]', '[::ffff:10.21.1.1]', '127.0.0.1'])
    assert.notEqual(refusalOf(host, 1, of), null, host);
});

test('a name is judged by the addresses that it has when the connection is made', async () => {
  const { resolver, asked } = resolverOf(['93.184.215.14'], ['127.0.0.1'], ['10.0.0.1', '93.184.215.14', '::1']);
  const of = createAddressGuard({}, resolver);
  assert.deepEqual(await lookUp(of, 'rebind.example'), ['93.184.215.14']);
  const second = await lookUp(of, 'rebind.example', 8080);
  assert.ok(second instanceof AddressRefused);
  assert.match(second.message, /rebind\.example is at 127\.0\.0\.1, which is loopback.*add '127\.0\.0\.1:8080'/);
  assert.deepEqual(await lookUp(of, 'rebind.example'), ['93.184.215.14'], 'only those that are public');
  assert.equal(asked.length, 3);
});

test('a name that the configuration allows may be private, but not the metadata service of a cloud', async () => {
  const { resolver } = resolverOf(['10.0.0.1'], ['127.0.0.1'], ['169.254.169.254'], ['fd00:ec2::254'], ['0.0.0.0']);
  const of = createAddressGuard({ allow: ['shop.internal', '*.corp.example:443'] }, resolver);
  assert.deepEqual(await lookUp(of, 'Shop.internal.'), ['10.0.0.1']);
  assert.deepEqual(await lookUp(of, 'a.b.corp.example', 443), ['127.0.0.1']);
  for (let i = 0; i < 3; i += 1) assert.ok((await lookUp(of, 'shop.internal')) instanceof AddressRefused);
  const other = createAddressGuard({ allow: ['*.corp.example:443'] }, resolverOf(['10.0.0.1']).resolver);
  assert.ok((await lookUp(other, 'a.corp.example', 80)) instanceof AddressRefused);
  assert.ok((await lookUp(other, 'corp.example', 443)) instanceof AddressRefused);
  assert.ok((await lookUp(other, 'evilcorp.example', 443)) instanceof AddressRefused);
});

test('a socket that is opened with the guard meets the refusal, and nobody hears of it', async () => {
  const server = createServer(() => assert.fail('somebody came'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: 'localhost', port, lookup: guard.lookup(port) });
  const [error] = (await once(socket, 'error')) as [Error];
  assert.ok(error instanceof AddressRefused);
  server.close();
  await once(server, 'close');
});

test('whether the list itself names a target is another question than whether it may be reached', () => {
  const of = createAddressGuard({ allow: ['shop.example', '8.8.8.0/24', 'api.example:8443'] });
  assert.equal(of.isListed('shop.example', 443), true);
  assert.equal(of.isListed('8.8.8.8', 53), true);
  assert.equal(of.isListed('api.example', 8443), true);
  for (const [host, port] of [
    ['api.example', 443],
    ['1.1.1.1', 443],
    ['example', 80],
  ] as const)
    assert.equal(of.isListed(host, port), false, host);
});

test('an entry is a name, an address or a range, with or without a port', () => {
  const good: [string, object][] = [
    ['Shop.Internal', { kind: 'host', host: 'shop.internal', port: null }],
    ['localhost:3000', { kind: 'host', host: 'localhost', port: 3000 }],
    ['*.corp.example', { kind: 'domain', domain: 'corp.example', port: null }],
    ['10.0.0.0/8', { kind: 'range', address: '10.0.0.0', bits: 8, family: 'ipv4', port: null }],
    ['10.0.0.0/8:443', { kind: 'range', address: '10.0.0.0', bits: 8, family: 'ipv4', port: 443 }],
    ['127.0.0.1:80', { kind: 'range', address: '127.0.0.1', bits: 32, family: 'ipv4', port: 80 }],
    ['::1', { kind: 'range', address: '::1', bits: 128, family: 'ipv6', port: null }],
    ['[::1]:80', { kind: 'range', address: '::1', bits: 128, family: 'ipv6', port: 80 }],
    ['fd00::/8', { kind: 'range', address: 'fd00::', bits: 8, family: 'ipv6', port: null }],
  ];
  for (const [text, entry] of good) assert.deepEqual(parseNetworkEntry(text), entry, text);
  const bad = [
    '',
    '*',
    '*.',
    'http://x',
    'a b',
    'x:0',
    'x:70000',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fd00::/129',
    '1.2.3',
    '0177.0.0.1',
    '0x7f000001',
    '[x]',
    'a..b',
    'x/24',
    '10.0.0.0/',
  ];
  for (const text of bad) assert.equal(parseNetworkEntry(text), null, text);
});
