/** A request and its response, as seen from between them. */

/** Methods that get a label value of their own: RFC 9110 and RFC 5789 (PATCH). Any other becomes `_OTHER`. */
export const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  '_OTHER',
] as const;

/** The place of a method in `methods`. */
export type MethodIndex = number;

const indexes: ReadonlyMap<string, MethodIndex> = new Map(methods.map((method, index) => [method, index]));

/** The place of a method's name; `_OTHER` for every name that is not on the list. */
export function methodIndex(name: string): MethodIndex {
  return indexes.get(name) ?? methods.length - 1;
}

/** The place of the method that stands in `bytes` from `from` to `end`. */
export function methodAt(bytes: Buffer, from: number, end: number): MethodIndex {
  // "GET" without making a string of it: it is most of all traffic.
  if (end - from === 3 && bytes[from] === 71 && bytes[from + 1] === 69 && bytes[from + 2] === 84) return 0;
  return methodIndex(bytes.toString('latin1', from, end));
}

export const headMethod = methodIndex('HEAD');
export const connectMethod = methodIndex('CONNECT');

/** One request that waits for its response. Pipelined requests form a list. */
export interface Exchange {
  readonly method: MethodIndex;
  /** The request target without its query, as sent. */
  readonly path: string;
  /** When the request's head was complete, in milliseconds of `performance.now()`. */
  readonly startedMs: number;
  /** Asked by the kubelet's prober. */
  readonly probe: boolean;
  next: Exchange | undefined;
}

/** Takes what a tap has seen. Called on the path of user traffic: must be quick and must not throw. */
export interface ExchangeObserver {
  /** A request's head is complete. */
  started(exchange: Exchange): void;
  /** The response's last byte has passed. */
  finished(exchange: Exchange, status: number): void;
  /** The connection stopped being readable or ended before the response did. */
  abandoned(exchange: Exchange): void;
}

/** Why a connection is not followed as HTTP/1. The label `reason` of the opaque counter. */
export type OpaqueReason =
  | 'http2'
  | 'tls'
  | 'not-http'
  | 'upgrade'
  | 'server-first'
  | 'unsolicited-response'
  | 'head-too-long'
  | 'bad-request'
  | 'bad-response'
  | 'bad-chunk'
  | 'bytes-after-connect'
  | 'parser-error';
