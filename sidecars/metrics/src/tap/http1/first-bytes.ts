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

/** What a first line that is none of HTTP makes of a connection; a later one of a request that came after others. */
export function reasonOfLine(bytes: Buffer, from: number, isLater: boolean): OpaqueReason {
  if (isLater) return 'bad-request';
  return bytes.toString('latin1', from, from + 6) === 'PROXY ' ? 'proxy-protocol' : 'not-http';
}

/** True if the first line at `from` is that of the preface of HTTP/2 (RFC 9113 section 3.4). */
export function beginsHttp2(bytes: Buffer, from: number): boolean {
  return bytes.toString('latin1', from, from + 15) === 'PRI * HTTP/2.0\r';
}
