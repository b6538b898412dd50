import { closeSync, openSync, readSync } from 'node:fs';
import type { UnreadFile } from './positions.ts';

interface Counted {
  readonly from: number;
  readonly size: number;
  readonly lines: number;
}

const blockBytes = 64 * 1024;

/**
 * Counts unread lines. What was counted before is kept, and only what was read or written since is looked at again: an
 * outage can leave gigabytes behind that must be counted each second.
 */
export class LineCounter {
  #counted = new Map<string, Counted>();
  readonly #block = Buffer.alloc(blockBytes);

  /** Returns the lines in the unread parts; a last line without its newline counts as one. */
  total(files: readonly UnreadFile[]): number {
    const next = new Map<string, Counted>();
    let total = 0;
    for (const file of files) {
      const newlines = this.#newlines(file);
      next.set(file.id, { from: file.from, size: file.size, lines: newlines });
      total += newlines + (this.#endsWithNewline(file) ? 0 : 1);
    }
    this.#counted = next;
    return total;
  }

  #newlines({ id, path, from, size }: UnreadFile): number {
    const before = this.#counted.get(id);
    if (before === undefined || from < before.from || size < before.size || from > before.size) {
      return this.#count(path, from, size);
    }
    return before.lines - this.#count(path, before.from, from) + this.#count(path, before.size, size);
  }

  #endsWithNewline({ path, size }: UnreadFile): boolean {
    return this.#count(path, size - 1, size) === 1;
  }

  #count(path: string, from: number, to: number): number {
    if (from >= to) return 0;
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch {
      // Renamed or removed since it was found: the next look finds it under its new name.
      return 0;
    }
    try {
      let lines = 0;
      for (let at = from; at < to; ) {
        const length = readSync(file, this.#block, 0, Math.min(blockBytes, to - at), at);
        if (length === 0) break;
        const part = this.#block.subarray(0, length);
        for (let newline = part.indexOf(0x0a); newline >= 0; newline = part.indexOf(0x0a, newline + 1)) lines += 1;
        at += length;
      }
      return lines;
    } finally {
      closeSync(file);
    }
  }
}
