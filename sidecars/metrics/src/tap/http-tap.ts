import { ChunkedBody, malformed, unfinished } from './chunked-body.ts';
import {
  connectMethod,
  type Exchange,
  type ExchangeObserver,
  headMethod,
  methodAt,
  type OpaqueReason,
} from './exchange.ts';
import { newHead, scanHead } from './head.ts';
import { PartialHead } from './partial-head.ts';
import { isHttp1Request, parseStatus, type RequestTarget, readTarget } from './start-line.ts';

/** What the next byte of a direction belongs to. Numbers, because they are compared for every read. */
const inHead = 0;
const inBody = 1;
const inChunks = 2;
const untilClose = 3;
/** A request that may turn the connection into a tunnel has been sent; what follows is decided by its response. */
const undecided = 4;

interface Direction {
  state: number;
  /** Bytes that the body still has, in `inBody`. */
  remaining: number;
  partial: PartialHead | undefined;
  chunks: ChunkedBody | undefined;
}

const newDirection = (): Direction => ({ state: inHead, remaining: 0, partial: undefined, chunks: undefined });

/** Scratch space of all taps of the process: a head is used up before the next one is scanned. */
const head = newHead();
const target: RequestTarget = { methodEnd: 0, pathEnd: 0 };

/**
 * Watches both directions of one connection and reports the HTTP/1.0 and HTTP/1.1 exchanges on it. It only looks: bytes
 * are forwarded by somebody else, whatever this makes of them. On anything that it does not understand it goes opaque
 * with a reason and looks at nothing further.
 */
export class HttpTap {
  private readonly observer: ExchangeObserver;
  private readonly requests = newDirection();
  private readonly responses = newDirection();
  private first: Exchange | undefined;
  private last: Exchange | undefined;
  /** The request that may turn the connection into a tunnel. */
  private switching: Exchange | undefined;
  private skippedBytes = false;
  private sawRequest = false;
  private serverSpoke = false;
  private status = 0;
  /** Why the tap has stopped looking; undefined while it follows. */
  opaque: OpaqueReason | undefined;

  constructor(observer: ExchangeObserver) {
    this.observer = observer;
  }

  /** Bytes on their way from the client to the app. */
  request(bytes: Buffer): void {
    if (this.opaque === undefined) this.follow(this.requests, bytes);
  }

  /** Bytes on their way from the app to the client. */
  response(bytes: Buffer): void {
    if (this.opaque !== undefined) return;
    if (this.first === undefined && !this.sawRequest) this.serverSpoke = true;
    else this.follow(this.responses, bytes);
  }

  /** The app has sent its last byte. */
  responseEnd(): void {
    if (this.opaque === undefined && this.responses.state === untilClose) this.finish();
  }

  /** The connection is over. Exchanges that are still open are abandoned. */
  close(): void {
    if (this.serverSpoke) this.opaque ??= 'server-first';
    this.abandon();
  }

  /** Stops looking, for a reason. Exchanges that are still open are abandoned: their end will not be seen. */
  goOpaque(reason: OpaqueReason): void {
    this.opaque = reason;
    this.requests.partial = this.responses.partial = undefined;
    this.abandon();
  }

  private abandon(): void {
    let exchange = this.first;
    this.first = this.last = this.switching = undefined;
    for (; exchange !== undefined; exchange = exchange.next) this.observer.abandoned(exchange);
  }

  private follow(direction: Direction, bytes: Buffer): void {
    if (direction.partial === undefined) {
      this.walk(direction, bytes);
      return;
    }
    const { partial } = direction;
    if (partial.push(bytes, 0)) {
      direction.partial = undefined;
      this.walk(direction, partial.bytes);
    } else if (partial.tooLong) this.goOpaque('head-too-long');
  }

  private walk(direction: Direction, bytes: Buffer): void {
    const to = bytes.length;
    let at = 0;
    while (at < to && at >= 0 && this.opaque === undefined) {
      if (direction.state === inHead) at = this.walkHead(direction, bytes, at);
      else if (direction.state === inBody) at = this.walkBody(direction, at, to);
      else if (direction.state === inChunks) at = this.walkChunks(direction, bytes, at);
      else {
        if (direction.state === undecided) this.skippedBytes = true;
        return;
      }
    }
  }

  private walkHead(direction: Direction, bytes: Buffer, at: number): number {
    const first = bytes[at] ?? 0;
    if (direction === this.requests) {
      // Empty lines before a request are allowed for (RFC 9112 section 2.2).
      if (first === 13 || first === 10) return at + 1;
      if (first < 65 || first > 90) {
        this.goOpaque(this.sawRequest ? 'bad-request' : first === 0x16 ? 'tls' : 'not-http');
        return unfinished;
      }
    } else if (this.first === undefined) {
      this.goOpaque('unsolicited-response');
      return unfinished;
    }
    const end = scanHead(bytes, at, head);
    if (end >= 0)
      return direction === this.requests ? this.onRequestHead(bytes, at, end) : this.onResponseHead(bytes, at, end);
    const partial = new PartialHead();
    partial.push(bytes, at);
    if (partial.tooLong) this.goOpaque('head-too-long');
    else direction.partial = partial;
    return unfinished;
  }

  private walkBody(direction: Direction, at: number, to: number): number {
    if (to - at < direction.remaining) {
      direction.remaining -= to - at;
      return unfinished;
    }
    this.endMessage(direction);
    return at + direction.remaining;
  }

  private walkChunks(direction: Direction, bytes: Buffer, from: number): number {
    direction.chunks ??= new ChunkedBody();
    const at = direction.chunks.follow(bytes, from);
    if (at === malformed) this.goOpaque('bad-chunk');
    else if (at !== unfinished) this.endMessage(direction);
    return at;
  }

  private onRequestHead(bytes: Buffer, from: number, end: number): number {
    if (!isHttp1Request(bytes, from, head.lineEnd)) {
      this.goOpaque(
        bytes.toString('latin1', from, from + 6) === 'PRI * ' ? 'http2' : this.sawRequest ? 'bad-request' : 'not-http',
      );
      return unfinished;
    }
    if (this.serverSpoke) {
      this.goOpaque('server-first');
      return unfinished;
    }
    // A request whose body ends with the connection does not exist (RFC 9112 section 6.3).
    if (head.bad || head.otherCoding || !readTarget(bytes, from, head.lineEnd, target)) {
      this.goOpaque('bad-request');
      return unfinished;
    }
    this.begin(bytes, from);
    if (head.chunked) this.requests.state = inChunks;
    else if (head.length > 0) this.beginBody(this.requests);
    else this.endMessage(this.requests);
    return end;
  }

  private begin(bytes: Buffer, from: number): void {
    this.sawRequest = true;
    const exchange: Exchange = {
      method: methodAt(bytes, from, target.methodEnd),
      path: bytes.toString('latin1', target.methodEnd + 1, target.pathEnd),
      startedMs: performance.now(),
      probe: head.probe,
      next: undefined,
    };
    if (this.last === undefined) this.first = exchange;
    else this.last.next = exchange;
    this.last = exchange;
    if (head.upgrade || exchange.method === connectMethod) this.switching = exchange;
    this.observer.started(exchange);
  }

  private onResponseHead(bytes: Buffer, from: number, end: number): number {
    const exchange = this.first;
    const status = parseStatus(bytes, from, head.lineEnd);
    if (exchange === undefined || head.bad || status < 0) {
      this.goOpaque('bad-response');
      return unfinished;
    }
    const tunnel = status === 101 || (exchange.method === connectMethod && status >= 200 && status < 300);
    // Interim responses (100, 102, 103) come before the one that counts.
    if (status < 200 && !tunnel) return end;
    this.status = status;
    if (tunnel) {
      this.finish();
      this.goOpaque('upgrade');
      return unfinished;
    }
    if (exchange.method === headMethod || status === 204 || status === 304) this.endMessage(this.responses);
    else if (head.chunked) this.responses.state = inChunks;
    else if (head.otherCoding || head.length < 0) this.responses.state = untilClose;
    else if (head.length > 0) this.beginBody(this.responses);
    else this.endMessage(this.responses);
    return end;
  }

  private beginBody(direction: Direction): void {
    direction.state = inBody;
    direction.remaining = head.length;
  }

  private endMessage(direction: Direction): void {
    direction.state = inHead;
    if (direction === this.responses) this.finish();
    else if (this.switching !== undefined) direction.state = undecided;
  }

  private finish(): void {
    const exchange = this.first;
    if (exchange === undefined) return;
    this.first = exchange.next;
    if (this.first === undefined) this.last = undefined;
    this.observer.finished(exchange, this.status);
    if (exchange === this.switching) this.staysHttp();
  }

  /** The app has answered the request that could have made a tunnel with an ordinary response. */
  private staysHttp(): void {
    this.switching = undefined;
    if (this.requests.state !== undecided) return;
    this.requests.state = inHead;
    if (this.skippedBytes) this.goOpaque('bytes-after-connect');
  }
}
