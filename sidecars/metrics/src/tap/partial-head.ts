/** A head that is still arriving. Bytes are copied, since the reader's buffer is used again for the next read. */

const lf = 10;
const cr = 13;

/** Heads longer than this are not followed: the common servers refuse them at 8 to 64 KiB. */
export const maxHeadBytes = 65_536;

/** Collects the pieces of one head and finds its end without looking at any byte twice. */
export class PartialHead {
  private buffer = Buffer.allocUnsafe(2048);
  private used = 0;
  private looked = 0;

  /** Adds bytes from `from` on. Returns true once a blank line has been seen; more may stand after it. */
  push(bytes: Buffer, from: number): boolean {
    const added = bytes.length - from;
    if (this.used + added > this.buffer.length) this.grow(this.used + added);
    bytes.copy(this.buffer, this.used, from);
    this.used += added;
    return this.hasBlankLine();
  }

  /** True when this is longer than any head that is followed. */
  get tooLong(): boolean {
    return this.used > maxHeadBytes;
  }

  /** Everything collected so far. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, needed));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }

  private hasBlankLine(): boolean {
    const { buffer, used } = this;
    let at = this.looked;
    for (; at < used; at++) {
      if (buffer[at] !== lf) continue;
      if (at + 1 >= used) break;
      if (buffer[at + 1] === lf) return true;
      if (buffer[at + 1] !== cr) continue;
      if (at + 2 >= used) break;
      if (buffer[at + 2] === lf) return true;
    }
    this.looked = at;
    return false;
  }
}
