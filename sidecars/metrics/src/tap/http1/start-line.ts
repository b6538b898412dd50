/** First lines of requests and responses (RFC 9112 sections 3 and 4). */

const cr = 13;
const space = 32;

/** "HTTP/1." and one digit. */
const version = new TextEncoder().encode('HTTP/1.');
const versionLength = version.length + 1;

function isHttp1At(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < version.length; i++) if (bytes[at + i] !== version[i]) return false;
  return true;
}

/** True if the line from `from` to its line feed at `lineEnd` ends with an HTTP/1 version, as requests do. */
export function isHttp1Request(bytes: Uint8Array, from: number, lineEnd: number): boolean {
  const end = bytes[lineEnd - 1] === cr ? lineEnd - 1 : lineEnd;
  const at = end - versionLength;
  return at > from && bytes[at - 1] === space && isHttp1At(bytes, at);
}

/** True if the request line that ends at `lineEnd` is one of HTTP/1.0. */
export function isHttp10Request(bytes: Uint8Array, lineEnd: number): boolean {
  return bytes[lineEnd - (bytes[lineEnd - 1] === cr ? 2 : 1)] === 48;
}

/** Where the parts of a request line end. One object is reused. */
export interface RequestTarget {
  methodEnd: number;
  /** The end of the target, or of its part before the query. */
  pathEnd: number;
}

/** Finds method and path of a request line into `out`; false if the line has no target. */
export function readTarget(bytes: Uint8Array, from: number, lineEnd: number, out: RequestTarget): boolean {
  let at = from;
  while (at < lineEnd && bytes[at] !== space) at++;
  out.methodEnd = at;
  at += 1;
  while (at < lineEnd && bytes[at] !== space && bytes[at] !== 63 && bytes[at] !== 35) at++;
  out.pathEnd = at;
  return at < lineEnd && at > out.methodEnd + 1;
}

/** The status of a response line, such as 200 from "HTTP/1.1 200 OK"; -1 if the line is none. */
export function parseStatus(bytes: Uint8Array, from: number, lineEnd: number): number {
  const at = from + versionLength;
  if (lineEnd - at < 4 || !isHttp1At(bytes, from) || bytes[at] !== space) return -1;
  let status = 0;
  for (let i = 1; i <= 3; i++) {
    const digit = (bytes[at + i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    status = status * 10 + digit;
  }
  return status >= 100 ? status : -1;
}
