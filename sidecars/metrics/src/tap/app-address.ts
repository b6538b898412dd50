import { isIPv6, type Socket } from 'node:net';

/** Where the app is dialled. */
export interface AppAddress {
  /** The pod's own addresses, at most one of each family, so that a loopback-only listener stays unreachable. */
  readonly hosts: readonly string[];
  readonly port: number;
}

/** An address as it is meant: a socket that listens on both families shows IPv4 as ::ffff:a.b.c.d. */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * The address to dial for a client: of the family that it has called at, so that an app which listens on one family only is
 * reached and not reached as without a tap; else the first.
 */
export function hostFor(client: Socket, hosts: readonly string[]): string {
  const [first = ''] = hosts;
  if (hosts.length < 2) return first;
  const calledAt = unmapped(client.localAddress ?? '');
  return hosts.find((host) => isIPv6(host) === isIPv6(calledAt)) ?? first;
}
