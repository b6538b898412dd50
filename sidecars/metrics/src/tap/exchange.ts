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

/** What an exchange was made in. gRPC is HTTP/2 whose request says that its content is gRPC. */
export type Protocol = 'http1' | 'http2' | 'grpc';

/** One request and its response. What is not known yet when it starts is filled in while it goes on. */
export class Exchange {
  readonly protocol: Protocol;
  readonly method: MethodIndex;
  /** The request target without its query, as sent. */
  readonly path: string;
  /** Asked by the kubelet's prober. */
  readonly probe: boolean;
  /** When the request's head was complete, in milliseconds of `performance.now()`. */
  readonly startedMs = performance.now();
  /** The trace that the request belongs to, as sent; '' where it is not known. */
  traceparent = '';
  /** Status of the response; 0 until its head has passed. */
  status = 0;
  /** The grpc-status; -1 where none was seen. */
  grpcStatus = -1;
  /** Bytes of content that have passed, without the framing of chunks or frames. HTTP/2 padding counts as content. */
  requestBytes = 0;
  responseBytes = 0;
  /** From the request's head to the last byte of the response. Set at the end. */
  durationSeconds = 0;
  /** The connection or the stream ended, or could not be followed any further, before the response did. Set at the end. */
  aborted = false;
  /** The next of the requests that wait for their responses on an HTTP/1 connection. */
  next: Exchange | undefined = undefined;

  constructor(protocol: Protocol, method: MethodIndex, path: string, probe: boolean) {
    this.protocol = protocol;
    this.method = method;
    this.path = path;
    this.probe = probe;
  }

  /** Ends this exchange and hands it to the observer. */
  end(aborted: boolean, observer: ExchangeObserver): void {
    this.durationSeconds = (performance.now() - this.startedMs) / 1000;
    this.aborted = aborted;
    observer.ended(this);
  }
}

/** Takes what a tap has seen. Called on the path of user traffic: must be quick and must not throw. */
export interface ExchangeObserver {
  /** A request's head is complete. */
  started(exchange: Exchange): void;
  /** The response's last byte has passed, or will not be seen (`aborted`). Called once for each that has started. */
  ended(exchange: Exchange): void;
}

/** Why a connection is not followed. The label `reason` of the opaque counter. */
export type OpaqueReason =
  | 'tls'
  | 'proxy-protocol'
  | 'not-http'
  | 'upgrade'
  | 'server-first'
  | 'unsolicited-response'
  | 'head-too-long'
  | 'ambiguous-length'
  | 'bad-request'
  | 'bad-response'
  | 'bad-chunk'
  | 'bytes-after-connect'
  | 'bad-frame'
  | 'bad-field-block'
  | 'too-many-streams'
  | 'parser-error';
