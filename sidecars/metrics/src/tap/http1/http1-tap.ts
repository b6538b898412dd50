import { Collector } from '../collector.ts';
import {
  connectMethod,
  Exchange,
  type ExchangeObserver,
  headMethod,
  methodAt,
  type OpaqueReason,
} from '../exchange.ts';
import type { Follower } from '../follower.ts';
import { Http2Tap } from '../http2/http2-tap.ts';
import { traceparentLength } from '../trace.ts';
import { ChunkedBody, malformed, unfinished } from './chunked-body.ts';
import {
  beginBody,
  type Direction,
  inBody,
  inChunks,
  inHead,
  newDirection,
  passed,
  undecided,
  untilClose,
} from './direction.ts';
import { beginsHttp2, isProxyHeader, reasonOfByte, reasonOfLine } from './first-bytes.ts';
import { framingProblem, newHead, scanHead } from './head.ts';
import { PartialHead } from './partial-head.ts';
import { PendingExchanges } from './pending-exchanges.ts';
import { isHttp1Request, isHttp10Request, parseStatus, type RequestTarget, readTarget } from './start-line.ts';

/** Scratch space of all taps of the process: a head is used up before the next one is scanned. */
const head = newHead();
const target: RequestTarget = { methodEnd: 0, pathEnd: 0 };

/** Bytes that are kept of an app that speaks first, since an HTTP/2 server may: its settings. */
const maxGreeting = 1024;

/** Follows HTTP/1.0 and HTTP/1.1 (RFC 9112) on a connection, and hands over where that becomes HTTP/2. */
export class Http1Tap implements Follower {
  private readonly observer: ExchangeObserver;
  private readonly becomeHttp2: (next: Http2Tap) => void;
  private readonly requests = newDirection(true);
  private readonly responses = newDirection(false);
  private readonly pending = new PendingExchanges();
  /** The request that may turn the connection into a tunnel, and whether that would be HTTP/2. */
  private switching: Exchange | undefined;
  private switchesToHttp2 = false;
  private skippedBytes = false;
  private sawRequest = false;
  /** What the app has said before any request. */
  private greeting: Collector | undefined;
  /** Gone opaque, or handed over. */
  private stopped = false;
  opaque: OpaqueReason | undefined;

  /** `becomeHttp2` is called with what follows the connection from then on. */
  constructor(observer: ExchangeObserver, becomeHttp2: (next: Http2Tap) => void) {
    this.observer = observer;
    this.becomeHttp2 = becomeHttp2;
  }

  request(bytes: Buffer): void {
    if (!this.stopped) this.follow(this.requests, bytes);
  }

  response(bytes: Buffer): void {
    if (this.stopped) return;
    if (this.sawRequest) this.follow(this.responses, bytes);
    else this.greet(bytes);
  }

  responseEnd(): void {
    if (!this.stopped && this.responses.state === untilClose) this.finish();
  }

  close(): void {
    if (this.greeting !== undefined) this.opaque ??= 'server-first';
    this.abort();
  }

  private goOpaque(reason: OpaqueReason): void {
    this.opaque = reason;
    this.stop();
    this.abort();
  }

  private stop(): void {
    this.stopped = true;
    this.requests.partial = this.responses.partial = this.greeting = undefined;
  }

  private abort(): void {
    this.switching = undefined;
    this.pending.abort(this.observer);
  }

  private handOver(next: Http2Tap, asked: Buffer, answered: Buffer | undefined): void {
    this.stop();
    this.becomeHttp2(next);
    next.request(asked);
    if (answered !== undefined) next.response(answered);
  }

  private greet(bytes: Buffer): void {
    this.greeting ??= new Collector();
    if (this.greeting.length + bytes.length > maxGreeting) this.goOpaque('server-first');
    else this.greeting.push(bytes, 0, bytes.length);
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
    } else this.keep(direction, partial);
  }

  /** Keeps a head that is still arriving, unless its first line says already that it is none. */
  protected keep(direction: Direction, partial: PartialHead): void {
    const { bytes, lineEnd } = partial;
    direction.partial = partial;
    if (partial.tooLong) this.goOpaque('head-too-long');
    else if (lineEnd < 0) return;
    else if (direction === this.responses) {
      if (parseStatus(bytes, 0, lineEnd) < 0) this.goOpaque('bad-response');
    } else if (!isHttp1Request(bytes, 0, lineEnd) && !beginsHttp2(bytes, 0))
      this.goOpaque(reasonOfLine(bytes, 0, this.sawRequest));
  }

  private walk(direction: Direction, bytes: Buffer): void {
    const to = bytes.length;
    let at = 0;
    while (at < to && at >= 0 && !this.stopped) {
      if (direction.state === inHead) at = this.walkHead(direction, bytes, at);
      else if (direction.state === inBody) at = this.walkBody(direction, at, to);
      else if (direction.state === inChunks) at = this.walkChunks(direction, bytes, at);
      else {
        if (direction.state === undecided) this.skippedBytes = true;
        else passed(direction, to - at);
        return;
      }
    }
  }

  private walkHead(direction: Direction, bytes: Buffer, at: number): number {
    if (direction === this.requests) {
      const first = bytes[at] ?? 0;
      // Empty lines before a request are allowed for (RFC 9112 section 2.2); the PROXY protocol begins with some, too.
      if ((first === 13 || first === 10) && (this.sawRequest || !isProxyHeader(bytes, at))) return at + 1;
      if (first < 65 || first > 90) {
        this.goOpaque(this.sawRequest ? 'bad-request' : reasonOfByte(first));
        return unfinished;
      }
    } else if (this.pending.first === undefined) {
      this.goOpaque('unsolicited-response');
      return unfinished;
    }
    const end = scanHead(bytes, at, head);
    if (end >= 0)
      return direction === this.requests ? this.onRequestHead(bytes, at, end) : this.onResponseHead(bytes, at, end);
    const partial = new PartialHead();
    partial.push(bytes, at);
    this.keep(direction, partial);
    return unfinished;
  }

  private walkBody(direction: Direction, at: number, to: number): number {
    const { remaining } = direction;
    if (to - at < remaining) {
      passed(direction, to - at);
      direction.remaining -= to - at;
      return unfinished;
    }
    passed(direction, remaining);
    this.endMessage(direction);
    return at + remaining;
  }

  private walkChunks(direction: Direction, bytes: Buffer, from: number): number {
    direction.chunks ??= new ChunkedBody();
    const { chunks } = direction;
    const before = chunks.dataBytes;
    const at = chunks.follow(bytes, from);
    passed(direction, chunks.dataBytes - before);
    if (at === malformed) this.goOpaque('bad-chunk');
    else if (at !== unfinished) this.endMessage(direction);
    return at;
  }

  protected onRequestHead(bytes: Buffer, from: number, end: number): number {
    if (!isHttp1Request(bytes, from, head.lineEnd)) {
      this.onOtherRequest(bytes, from, end);
      return unfinished;
    }
    const reason = this.greeting ? 'server-first' : framingProblem(head, isHttp10Request(bytes, head.lineEnd));
    // A request whose body ends with the connection does not exist (RFC 9112 section 6.3).
    if (reason !== undefined || head.otherCoding || !readTarget(bytes, from, head.lineEnd, target)) {
      this.goOpaque(reason === undefined || reason === 'unreadable' ? 'bad-request' : reason);
      return unfinished;
    }
    this.begin(bytes, from);
    if (!beginBody(this.requests, head, false)) this.endMessage(this.requests);
    return end;
  }

  /** A head that is none of HTTP/1: the preface of HTTP/2, or something else. */
  private onOtherRequest(bytes: Buffer, from: number, end: number): void {
    if (this.sawRequest || !beginsHttp2(bytes, from)) this.goOpaque(reasonOfLine(bytes, from, this.sawRequest));
    else this.handOver(new Http2Tap(this.observer, undefined), bytes.subarray(end), this.greeting?.bytes);
  }

  private begin(bytes: Buffer, from: number): void {
    this.sawRequest = true;
    const method = methodAt(bytes, from, target.methodEnd);
    const path = bytes.toString('latin1', target.methodEnd + 1, target.pathEnd);
    const exchange = new Exchange('http1', method, path, head.probe);
    if (head.trace >= 0) exchange.traceparent = bytes.toString('latin1', head.trace, head.trace + traceparentLength);
    this.pending.add(exchange);
    this.requests.exchange = exchange;
    if (head.upgrade || method === connectMethod) {
      this.switching = exchange;
      this.switchesToHttp2 = head.upgradeToHttp2;
    }
    this.observer.started(exchange);
  }

  private onResponseHead(bytes: Buffer, from: number, end: number): number {
    const exchange = this.pending.first;
    const status = parseStatus(bytes, from, head.lineEnd);
    if (exchange === undefined || status < 0) {
      this.goOpaque('bad-response');
      return unfinished;
    }
    if (status === 101 || (exchange.method === connectMethod && status >= 200 && status < 300)) {
      this.switchProtocol(exchange, status, bytes.subarray(end));
      return unfinished;
    }
    // Interim responses (100, 102, 103) come before the one that counts.
    if (status < 200) return end;
    this.responses.exchange = exchange;
    exchange.status = status;
    if (exchange.method === headMethod || status === 204 || status === 304) {
      this.endMessage(this.responses);
      return end;
    }
    const reason = framingProblem(head, bytes[from + 7] === digitZero);
    if (reason !== undefined) {
      this.goOpaque(reason === 'unreadable' ? 'bad-response' : reason);
      return unfinished;
    }
    if (!beginBody(this.responses, head, true)) this.endMessage(this.responses);
    return end;
  }

  /** The connection is no HTTP/1 any more. `rest` is what the app has sent after the head that says so. */
  private switchProtocol(exchange: Exchange, status: number, rest: Buffer): void {
    if (
      status === 101 &&
      exchange === this.switching &&
      this.switchesToHttp2 &&
      !this.skippedBytes &&
      exchange.next === undefined
    ) {
      this.pending.take();
      this.handOver(new Http2Tap(this.observer, exchange), empty, rest);
      return;
    }
    exchange.status = status;
    this.finish();
    this.goOpaque('upgrade');
  }

  private endMessage(direction: Direction): void {
    direction.state = inHead;
    direction.exchange = undefined;
    if (direction === this.responses) this.finish();
    else if (this.switching !== undefined) direction.state = undecided;
  }

  private finish(): void {
    const exchange = this.pending.take();
    exchange?.end(false, this.observer);
    if (exchange !== undefined && exchange === this.switching) this.staysHttp();
  }

  /** The app has answered the request that could have made a tunnel with an ordinary response. */
  private staysHttp(): void {
    this.switching = undefined;
    if (this.requests.state !== undecided) return;
    this.requests.state = inHead;
    if (this.skippedBytes) this.goOpaque('bytes-after-connect');
  }
}

const empty: Buffer = Buffer.alloc(0);
const digitZero = 48;
