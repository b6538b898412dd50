/** Following of a chunked body (RFC 9112 section 7.1): sizes, extensions, data, trailers. Keeps no byte. */

const lf = 10;
const cr = 13;

/** More bytes follow in a later read. */
export const unfinished = -1;
/** This is no chunked body. */
export const malformed = -2;

const size = 0;
const extension = 1;
const data = 2;
const dataEnd = 3;
const trailer = 4;

/** A chunk longer than this (2^48) is no chunk that anybody sends. */
const maxChunk = 2 ** 48;

/** One body after another of one direction of a connection. */
export class ChunkedBody {
  private state = size;
  private remaining = 0;
  private digits = 0;
  private lineLength = 0;
  /** Bytes of content that have passed in all bodies. */
  dataBytes = 0;

  /** Follows bytes from `from` on. Returns the index past the body's end, `unfinished` or `malformed`. */
  follow(bytes: Uint8Array, from: number): number {
    const to = bytes.length;
    let at = from;
    while (at < to) {
      if (this.state === data) {
        const taken = Math.min(this.remaining, to - at);
        at += taken;
        this.dataBytes += taken;
        this.remaining -= taken;
        if (this.remaining === 0) this.state = dataEnd;
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (this.state === trailer) {
        if (this.endsTrailers(byte)) return at;
      } else if (!this.takes(byte)) return malformed;
    }
    return unfinished;
  }

  private takes(byte: number): boolean {
    if (this.state === size) return this.takesSize(byte);
    if (this.state === extension) {
      if (byte === lf) this.endSize();
      return true;
    }
    if (byte === lf) this.state = size;
    return byte === lf || byte === cr;
  }

  private takesSize(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.digits += 1;
      this.remaining = this.remaining * 16 + digit;
      return this.remaining <= maxChunk;
    }
    if (this.digits === 0) return false;
    if (byte === lf) this.endSize();
    // A carriage return, a semicolon or a blank: the rest of the line says nothing about the framing.
    else if (byte === cr || byte === 59 || byte === 32 || byte === 9) this.state = extension;
    else return false;
    return true;
  }

  private endSize(): void {
    this.state = this.remaining === 0 ? trailer : data;
    this.digits = 0;
    this.lineLength = 0;
  }

  private endsTrailers(byte: number): boolean {
    if (byte !== lf) {
      if (byte !== cr) this.lineLength += 1;
      return false;
    }
    if (this.lineLength === 0) {
      this.state = size;
      return true;
    }
    this.lineLength = 0;
    return false;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
