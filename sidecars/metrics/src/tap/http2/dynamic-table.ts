import type { FieldId } from './fields.ts';

/** A field as far as it has to be remembered. The text of fields that nobody looks at is not kept, only its length. */
export interface TableEntry {
  readonly field: FieldId;
  readonly nameLength: number;
  /** Lengths of name and value, and 32 (RFC 7541 section 4.1). */
  readonly size: number;
  readonly value: string;
}

/** What every entry takes besides its text. */
export const entryOverhead = 32;

/** The size that a table has before anything is said about it (RFC 9113 section 6.5.2). */
export const defaultTableSize = 4096;

/** The dynamic table of one direction (RFC 7541 section 2.3.2). */
export class DynamicTable {
  /** Oldest first. Entries before `oldest` are evicted, and dropped from the array once they are half of it. */
  private entries: (TableEntry | undefined)[] = [];
  private oldest = 0;
  private size = 0;
  private maxSize = defaultTableSize;

  /** The entry of that age, 0 for the newest; undefined if there is none. */
  at(age: number): TableEntry | undefined {
    const place = this.entries.length - 1 - age;
    return place < this.oldest ? undefined : this.entries[place];
  }

  /** Adds an entry and evicts as many as it needs room. One that is larger than the table empties it (RFC 7541 section 4.4). */
  add(entry: TableEntry): void {
    this.evict(this.maxSize - entry.size);
    if (entry.size > this.maxSize) return;
    this.entries.push(entry);
    this.size += entry.size;
  }

  resize(maxSize: number): void {
    this.maxSize = maxSize;
    this.evict(maxSize);
  }

  private evict(downTo: number): void {
    while (this.size > downTo && this.oldest < this.entries.length) {
      this.size -= this.entries[this.oldest]?.size ?? 0;
      this.entries[this.oldest++] = undefined;
    }
    if (this.oldest < 32 || this.oldest * 2 < this.entries.length) return;
    this.entries = this.entries.slice(this.oldest);
    this.oldest = 0;
  }
}
