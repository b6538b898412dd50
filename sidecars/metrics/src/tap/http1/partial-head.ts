import { Collector } from '../collector.ts';

const lf = 10;
const cr = 13;

/** Heads longer than this are not followed: the common servers refuse them at 8 to 64 KiB. */
const maxHeadBytes = 65_536;

/** A head that is still arriving: collects its pieces and finds its end without looking at any byte twice. */
export class PartialHead {
  private readonly collected = new Collector();
  private looked = 0;
  /** The index of the line feed that ends the first line; -1 until it is there. */
  lineEnd = -1;

  /** Adds bytes from `from` on. Returns true once a blank line has been seen; more may stand after it. */
  push(bytes: Buffer, from: number): boolean {
    this.collected.push(bytes, from, bytes.length);
    return this.hasBlankLine(this.collected.bytes);
  }

  /** True when this is longer than any head that is followed. */
  get tooLong(): boolean {
    return this.collected.length > maxHeadBytes;
  }

  /** True if the last byte may be the carriage return of the blank line. */
  get mayEnd(): boolean {
    const { bytes } = this.collected;
    return bytes[bytes.length - 1] === cr && bytes[bytes.length - 2] === lf;
  }

  /** Everything collected so far. */
  get bytes(): Buffer {
    return this.collected.bytes;
  }

  private hasBlankLine(bytes: Buffer): boolean {
    const used = bytes.length;
    let at = this.looked;
    for (; at < used; at++) {
      if (bytes[at] !== lf) continue;
      if (this.lineEnd < 0) this.lineEnd = at;
      if (at + 1 >= used) break;
      if (bytes[at + 1] === lf) return true;
      if (bytes[at + 1] !== cr) continue;
      if (at + 2 >= used) break;
      if (bytes[at + 2] === lf) return true;
    }
    this.looked = at;
    return false;
  }
}
