import { Collector } from '../collector.ts';
import type { Fields } from './fields.ts';
import { type FrameReader, frameTypes, maxPayload } from './frame-reader.ts';
import { HpackDecoder } from './hpack.ts';

const endStream = 0x1;
const endHeaders = 0x4;
const padded = 0x8;
const priority = 0x20;

/** Puts the field blocks of one direction together from HEADERS, PUSH_PROMISE and CONTINUATION (RFC 9113 section 4.3). */
export class FieldBlocks {
  readonly hpack = new HpackDecoder();
  /** A block has begun and goes on in the next frame. */
  open = false;
  /** The stream of the block at hand. */
  stream = 0;
  /** Nothing follows the block on its stream. */
  endsStream = false;
  /** The block is the request of a PUSH_PROMISE. */
  promised = false;
  private bytes: Buffer | undefined;
  private from = 0;
  private to = 0;
  private pieces: Collector | undefined;

  /** The block is longer than any that is read. */
  get tooLong(): boolean {
    return (this.pieces?.length ?? 0) > maxPayload;
  }

  /** Takes a HEADERS or PUSH_PROMISE frame. False if it is malformed. */
  begin({ type, flags, stream, payload, payloadFrom, length }: FrameReader): boolean {
    const isPadded = (flags & padded) !== 0;
    this.promised = type === frameTypes.pushPromise;
    const before = this.promised ? 4 : (flags & priority) !== 0 ? 5 : 0;
    this.from = payloadFrom + (isPadded ? 1 : 0) + before;
    this.to = payloadFrom + length - (isPadded ? (payload[payloadFrom] ?? 0) : 0);
    if (stream === 0 || this.from > this.to) return false;
    this.stream = stream;
    this.endsStream = !this.promised && (flags & endStream) !== 0;
    this.open = (flags & endHeaders) === 0;
    this.bytes = payload;
    if (this.open) this.collect(payload, this.from, this.to);
    return true;
  }

  /** Takes a CONTINUATION frame. False if it is malformed or too much. */
  goOn({ flags, stream, payload, payloadFrom, length }: FrameReader): boolean {
    if (stream !== this.stream) return false;
    this.collect(payload, payloadFrom, payloadFrom + length);
    if (this.tooLong) return false;
    this.open = (flags & endHeaders) === 0;
    if (this.open || this.pieces === undefined) return true;
    this.bytes = this.pieces.bytes;
    this.from = 0;
    this.to = this.bytes.length;
    this.pieces = undefined;
    return true;
  }

  /** Reads the block at hand, once. False if it is malformed. */
  decode(fields: Fields): boolean {
    const { bytes } = this;
    // The buffer of a read is not to be held.
    this.bytes = undefined;
    return bytes !== undefined && this.hpack.decode(bytes, this.from, this.to, fields);
  }

  private collect(payload: Buffer, from: number, to: number): void {
    this.pieces ??= new Collector();
    this.pieces.push(payload, from, to);
    this.bytes = undefined;
  }
}
