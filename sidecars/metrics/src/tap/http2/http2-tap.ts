import { connectMethod, Exchange, type ExchangeObserver, type OpaqueReason } from '../exchange.ts';
import type { Follower } from '../follower.ts';
import { FieldBlocks } from './field-blocks.ts';
import { Fields } from './fields.ts';
import { FrameReader, frameTypes } from './frame-reader.ts';
import { grpcStatusOfHttp } from './grpc-status.ts';
import { largestTable } from './hpack.ts';

/** The end of a stream's direction, in the flags of DATA and HEADERS. */
const endStream = 0x1;
/** A SETTINGS frame that only acknowledges. */
const acknowledges = 0x1;
const headerTableSize = 0x1;

/** What the client sends first (RFC 9113 section 3.4). The first two lines read like a head of HTTP/1. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const prefaceHeadBytes = 18;

/** Streams of one connection that are followed at the same time: servers allow a hundred or a few hundred. */
export const maxStreams = 1024;

/** One direction of a connection. */
interface Direction {
  readonly frames: FrameReader;
  readonly blocks: FieldBlocks;
  /** Its first frame, which is SETTINGS, has been seen. */
  begun: boolean;
}

const newDirection = (): Direction => ({ frames: new FrameReader(), blocks: new FieldBlocks(), begun: false });

/** What the block just read says. A block is used up before the next one is read. */
const fields = new Fields();

/** Follows HTTP/2 (RFC 9113) on a connection, and gRPC over it. */
export class Http2Tap implements Follower {
  private readonly observer: ExchangeObserver;
  private readonly requests = newDirection();
  private readonly responses = newDirection();
  /** Exchanges that go on, by stream. */
  private readonly streams = new Map<number, Exchange>();
  private lastStream = 0;
  private prefaceAt: number;
  opaque: OpaqueReason | undefined;

  /**
   * `upgraded` is the exchange that turned an HTTP/1 connection into this one: its response comes on stream 1 (RFC 7540
   * section 3.2). Without it, the client has begun with the preface, whose head has passed.
   */
  constructor(observer: ExchangeObserver, upgraded: Exchange | undefined) {
    this.observer = observer;
    this.prefaceAt = upgraded === undefined ? prefaceHeadBytes : 0;
    if (upgraded === undefined) return;
    this.streams.set(1, upgraded);
    this.lastStream = 1;
    // The client's first settings stood in the request, in a field that nobody has read.
    this.responses.blocks.hpack.allowTable(largestTable);
  }

  request(bytes: Buffer): void {
    if (this.opaque === undefined) this.walk(this.requests, bytes, this.passPreface(bytes));
  }

  response(bytes: Buffer): void {
    if (this.opaque === undefined) this.walk(this.responses, bytes, 0);
  }

  /** Every stream says itself where it ends. */
  responseEnd(): void {}

  close(): void {
    for (const exchange of this.streams.values()) exchange.end(true, this.observer);
    this.streams.clear();
  }

  private goOpaque(reason: OpaqueReason): void {
    this.opaque = reason;
    this.close();
  }

  /** Passes over what is left of the preface. */
  private passPreface(bytes: Buffer): number {
    let at = 0;
    while (this.prefaceAt < preface.length && at < bytes.length) {
      if (bytes[at++] === preface[this.prefaceAt++]) continue;
      this.goOpaque('bad-frame');
      return bytes.length;
    }
    return at;
  }

  private walk(direction: Direction, bytes: Buffer, from: number): void {
    const { frames } = direction;
    let at = from;
    while (at < bytes.length && this.opaque === undefined) {
      at = frames.next(bytes, at);
      if (!direction.begun && !this.begin(direction, frames)) return;
      if (frames.complete) this.onFrame(direction, frames);
      else if (frames.tooLong) this.goOpaque('head-too-long');
    }
  }

  /** Each direction begins with SETTINGS (RFC 9113 section 3.4): else it is no HTTP/2. False while nothing is known yet. */
  private begin(direction: Direction, { complete, inPayload, type }: FrameReader): boolean {
    if (!complete && !inPayload) return false;
    direction.begun = type === frameTypes.settings;
    if (!direction.begun) this.goOpaque('bad-frame');
    return direction.begun;
  }

  private onFrame(direction: Direction, frames: FrameReader): void {
    const { type } = frames;
    // Between the frames of one field block there is no other frame (RFC 9113 section 6.10).
    if (direction.blocks.open !== (type === frameTypes.continuation)) this.goOpaque('bad-frame');
    else if (type === frameTypes.data) this.onData(direction, frames);
    else if (type === frameTypes.settings) this.onSettings(direction, frames);
    else if (type === frameTypes.reset) this.abort(frames.stream);
    else if (type === frameTypes.goAway) this.onGoAway(direction, frames);
    else if (type === frameTypes.headers || type === frameTypes.pushPromise || type === frameTypes.continuation)
      this.onFieldFrame(direction, frames);
  }

  private onData(direction: Direction, { stream, length, flags }: FrameReader): void {
    const exchange = this.streams.get(stream);
    if (exchange === undefined) return;
    if (direction === this.requests) exchange.requestBytes += length;
    else {
      exchange.responseBytes += length;
      if ((flags & endStream) !== 0) this.finish(stream, exchange);
    }
  }

  private onSettings(direction: Direction, { payload, payloadFrom, length, flags }: FrameReader): void {
    if (length % 6 !== 0) {
      this.goOpaque('bad-frame');
      return;
    }
    if ((flags & acknowledges) !== 0) return;
    const { hpack } = (direction === this.requests ? this.responses : this.requests).blocks;
    for (let at = payloadFrom; at < payloadFrom + length; at += 6) {
      if (payload.readUInt16BE(at) === headerTableSize) hpack.allowTable(payload.readUInt32BE(at + 2));
    }
  }

  /** The app says which streams it will not answer any more. */
  private onGoAway(direction: Direction, { payload, payloadFrom, length }: FrameReader): void {
    if (length < 8) this.goOpaque('bad-frame');
    else if (direction === this.responses) {
      const last = payload.readUInt32BE(payloadFrom) & 0x7fff_ffff;
      for (const stream of this.streams.keys()) if (stream > last) this.abort(stream);
    }
  }

  private onFieldFrame(direction: Direction, frames: FrameReader): void {
    const { blocks } = direction;
    const good = frames.type === frameTypes.continuation ? blocks.goOn(frames) : blocks.begin(frames);
    if (!good) this.goOpaque(blocks.tooLong ? 'head-too-long' : 'bad-frame');
    else if (!blocks.open) this.onBlock(direction, blocks);
  }

  private onBlock(direction: Direction, blocks: FieldBlocks): void {
    fields.reset();
    if (!blocks.decode(fields)) this.goOpaque('bad-field-block');
    // A request that the app promises is its own doing.
    else if (blocks.promised) return;
    else if (direction === this.requests) this.onRequestFields(blocks.stream);
    else this.onResponseFields(blocks.stream, blocks.endsStream);
  }

  private onRequestFields(stream: number): void {
    // Trailers, or a stream that the app will refuse.
    if (stream <= this.lastStream || fields.method < 0) return;
    this.lastStream = stream;
    if (this.streams.size >= maxStreams) {
      this.goOpaque('too-many-streams');
      return;
    }
    const exchange = new Exchange(fields.grpc ? 'grpc' : 'http2', fields.method, fields.path, fields.probe);
    exchange.traceparent = fields.traceparent;
    this.streams.set(stream, exchange);
    this.observer.started(exchange);
  }

  private onResponseFields(stream: number, ends: boolean): void {
    const exchange = this.streams.get(stream);
    if (exchange === undefined) return;
    // Interim responses (100, 103) come before the one that counts, trailers after it.
    if (exchange.status === 0 && fields.status >= 200) exchange.status = fields.status;
    if (fields.grpcStatus >= 0) exchange.grpcStatus = fields.grpcStatus;
    const tunnel = exchange.method === connectMethod && exchange.status >= 200 && exchange.status < 300;
    if (ends || tunnel) this.finish(stream, exchange);
  }

  private finish(stream: number, exchange: Exchange): void {
    this.streams.delete(stream);
    if (exchange.protocol === 'grpc' && exchange.grpcStatus < 0)
      exchange.grpcStatus = grpcStatusOfHttp(exchange.status);
    exchange.end(exchange.status === 0, this.observer);
  }

  private abort(stream: number): void {
    const exchange = this.streams.get(stream);
    if (exchange === undefined) return;
    this.streams.delete(stream);
    exchange.end(true, this.observer);
  }
}
