import type { OpaqueReason } from '../exchange.ts';

/** What a connection that begins with no letter is. */
export function reasonOfByte(first: number): OpaqueReason {
  if (first === 0x16) return 'tls';
  return first === 13 ? 'proxy-protocol' : 'not-http';
}

/** How the binary header of the PROXY protocol begins (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt section 2.2). */
const proxySignature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** True if the PROXY protocol begins at `at`. */
export function isProxyHeader(bytes: Buffer, at: number): boolean {
  return (
    bytes.length - at >= proxySignature.length && proxySignature.equals(bytes.subarray(at, at + proxySignature.length))
  );
}
