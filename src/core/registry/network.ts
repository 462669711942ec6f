/** The entries of `network.allow`: what is no host, address or range allows nothing, and must not look as if it did. */
import type { Problem } from '../../contracts/error.ts';
import { type Network, parseNetworkEntry } from '../../contracts/network.ts';

export function checkNetwork({ allow = [] }: Network = {}): Problem[] {
  return allow.flatMap((entry, i): Problem[] => {
    if (parseNetworkEntry(entry) !== null) return [];
    const hint =
      'write a host, an address or a range, with or without a port: shop.internal, 127.0.0.1:8080, 10.0.0.0/8';
    return [{ code: 'network_entry_invalid', path: `network.allow[${i}]`, hint }];
  });
}
