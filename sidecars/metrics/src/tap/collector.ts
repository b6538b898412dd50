/** Bytes that arrive in pieces and are needed in one. They are copied, since the reader's buffer is used again for the next read. */
export class Collector {
  private buffer = Buffer.allocUnsafe(512);
  length = 0;

  /** Adds the bytes from `from` to `to`. How much may be collected is for the caller to bound. */
  push(bytes: Buffer, from: number, to: number): void {
    const length = this.length + to - from;
    if (length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, length));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    bytes.copy(this.buffer, this.length, from, to);
    this.length = length;
  }

  /** Everything collected so far. Not to be used after the next `push`. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
