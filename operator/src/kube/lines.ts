/**
 * Splits a stream of bytes at newlines. `node:readline` also splits at U+2028 and U+2029, which are legal within a
 * JSON string and would tear a watch event in two; a newline byte is not, because JSON escapes it.
 */

const newline = 0x0a;

export class LineSplitter {
  readonly #limit: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  /** `limit`: how many bytes an unfinished line may have before `push` throws, which bounds the memory used. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next bytes and returns the lines that they complete, without newlines; empty lines are left out. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      const line = this.#take();
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** Whether bytes of an unfinished line are held: at the end of a stream, that line was cut off. */
  get unfinished(): boolean {
    return this.#pendingBytes > 0;
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.#limit) throw new RangeError(`A line is longer than ${this.#limit} bytes`);
    this.#pending.push(part);
  }

  /** Decodes only whole lines, so that a character whose bytes arrive in two chunks stays whole. */
  #take(): string {
    const bytes = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    return bytes.toString('utf8');
  }
}
