import { Collector } from '../collector.ts';

/** Frame types that matter here (RFC 9113 section 6). Any other is passed over. */
export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  goAway: 7,
  continuation: 9,
} as const;

const headerBytes = 9;
const nothing: Buffer = Buffer.alloc(0);

/** Types whose payload is read; that of all others is passed over, however long it is. */
const readTypes: ReadonlySet<number> = new Set([
  frameTypes.headers,
  frameTypes.settings,
  frameTypes.pushPromise,
  frameTypes.goAway,
  frameTypes.continuation,
]);

/** The longest payload that is read. Frames are at most 16 KiB unless the receiver allows for more. */
export const maxPayload = 65_536;

/** Finds the frames (RFC 9113 section 4.1) in one direction of a connection, however its bytes are cut. */
export class FrameReader {
  /** The frame that `next` has found. */
  type = 0;
  flags = 0;
  stream = 0;
  length = 0;
  /** Its payload, from `payloadFrom` on, if it is of a type that is read. Good until the next call. */
  payload: Buffer = nothing;
  payloadFrom = 0;
  /** True after a call of `next` that reached the end of a frame. */
  complete = false;
  /** The head of a frame has been read, and not all of its payload. */
  inPayload = false;
  /** A payload that would have to be read is longer than any that is. */
  tooLong = false;
  private header: Buffer | undefined;
  private headerUsed = 0;
  private remaining = 0;
  private collected: Collector | undefined;

  /** Goes on in `bytes` at `at`, to the end of a frame or of the bytes. Returns where it has stopped. */
  next(bytes: Buffer, at: number): number {
    this.complete = false;
    this.payload = nothing;
    const from = this.inPayload ? at : this.readHeader(bytes, at);
    if (!this.inPayload) return from;
    const reads = readTypes.has(this.type);
    if (reads && this.length > maxPayload) {
      this.tooLong = true;
      return bytes.length;
    }
    const to = Math.min(from + this.remaining, bytes.length);
    if (reads) this.readPayload(bytes, from, to);
    this.remaining -= to - from;
    this.complete = this.remaining === 0;
    this.inPayload = !this.complete;
    return to;
  }

  private readPayload(bytes: Buffer, from: number, to: number): void {
    const ends = to - from === this.remaining;
    if (ends && this.collected === undefined) {
      this.payload = bytes;
      this.payloadFrom = from;
      return;
    }
    this.collected ??= new Collector();
    this.collected.push(bytes, from, to);
    if (!ends) return;
    this.payload = this.collected.bytes;
    this.payloadFrom = 0;
    this.collected = undefined;
  }

  private readHeader(bytes: Buffer, at: number): number {
    if (this.headerUsed === 0 && bytes.length - at >= headerBytes) {
      this.takeHeader(bytes, at);
      return at + headerBytes;
    }
    this.header ??= Buffer.allocUnsafe(headerBytes);
    const to = Math.min(at + headerBytes - this.headerUsed, bytes.length);
    bytes.copy(this.header, this.headerUsed, at, to);
    this.headerUsed += to - at;
    if (this.headerUsed === headerBytes) {
      this.takeHeader(this.header, 0);
      this.headerUsed = 0;
    }
    return to;
  }

  private takeHeader(bytes: Buffer, at: number): void {
    this.length = this.remaining = bytes.readUIntBE(at, 3);
    this.type = bytes[at + 3] ?? 0;
    this.flags = bytes[at + 4] ?? 0;
    this.stream = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
    this.inPayload = true;
  }
}
