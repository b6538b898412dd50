import { DynamicTable, defaultTableSize, entryOverhead, type TableEntry } from './dynamic-table.ts';
import { type FieldId, type Fields, fieldId, fieldIdAt, otherField } from './fields.ts';
import { decodeHuffman } from './huffman.ts';
import { staticTable } from './static-table.ts';

/** Text of one string, for all decoders of the process. Values are kept up to this length; longer ones are cut. */
const text = Buffer.allocUnsafeSlow(4096);

/** The largest dynamic table that is kept for one direction of a connection. The common browsers ask for 64 KiB. */
export const largestTable = 65_536;

/** The entries of the static table, by index. */
const staticEntries: readonly (TableEntry | undefined)[] = [
  undefined,
  ...staticTable.map(([name, value]) => {
    return { field: fieldId(name), nameLength: name.length, value, size: name.length + value.length + entryOverhead };
  }),
];

/** An integer or a length that is longer than this is no such thing. */
const largestInteger = 2 ** 28;

/**
 * Reads field blocks (RFC 7541) of one direction of a connection as a bystander: fields that nobody looks at are passed
 * over, but the dynamic table is kept as the peer keeps it, since later blocks refer to it.
 */
export class HpackDecoder {
  private readonly table = new DynamicTable();
  private allowedTable = defaultTableSize;
  private bytes: Buffer = text;
  private at = 0;
  private to = 0;
  /** Where the text of the last string stands: in the block, or in `text` where it had to be decoded. */
  private source: Buffer = text;
  /** How long that text is, even if not all of it is there. */
  private length = 0;

  /** The receiver of the blocks has announced SETTINGS_HEADER_TABLE_SIZE. Blocks on the way may still use an earlier one. */
  allowTable(size: number): void {
    this.allowedTable = Math.min(Math.max(this.allowedTable, size), largestTable);
  }

  /** Reads a whole block into `fields`. False if it is malformed: from then on, nothing on the connection can be read. */
  decode(bytes: Buffer, from: number, to: number, fields: Fields): boolean {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
    let good = true;
    while (good && this.at < to) good = this.readField(fields);
    // The buffer of a read is not to be held.
    this.bytes = this.source = text;
    return good;
  }

  /** One representation of RFC 7541 section 6, told by its first bits. */
  private readField(fields: Fields): boolean {
    const first = this.bytes[this.at] ?? 0;
    if (first >= 0x80) return this.readIndexed(fields);
    if (first >= 0x40) return this.readLiteral(6, true, fields);
    if (first >= 0x20) return this.readTableSize();
    return this.readLiteral(4, false, fields);
  }

  private readIndexed(fields: Fields): boolean {
    const entry = this.entry(this.readInteger(7));
    if (entry === undefined) return false;
    if (entry.field !== otherField) fields.take(entry.field, entry.value);
    return true;
  }

  private readTableSize(): boolean {
    const size = this.readInteger(5);
    if (size < 0 || size > this.allowedTable) return false;
    this.table.resize(size);
    return true;
  }

  private readLiteral(prefixBits: number, indexed: boolean, fields: Fields): boolean {
    const index = this.readInteger(prefixBits);
    if (index < 0) return false;
    let field: FieldId;
    let nameLength: number;
    if (index === 0) {
      field = this.readName();
      nameLength = this.length;
    } else {
      const named = this.entry(index);
      if (named === undefined) return false;
      ({ field, nameLength } = named);
    }
    const value = field >= 0 ? this.readValue(field !== otherField, indexed) : undefined;
    if (value === undefined) return false;
    if (field !== otherField) fields.take(field, value);
    if (indexed) this.table.add({ field, nameLength, value, size: nameLength + this.length + entryOverhead });
    return true;
  }

  /** The field that a literal name stands for; -1 if it is malformed. */
  private readName(): FieldId {
    const from = this.readString();
    if (from < 0) return -1;
    return this.length > text.length ? otherField : fieldIdAt(this.source, from, this.length);
  }

  /** A value; empty where its text is not wanted, undefined if it is malformed. Its length is needed where it is indexed. */
  private readValue(wanted: boolean, indexed: boolean): string | undefined {
    if (!wanted && !indexed) return this.skipString() ? '' : undefined;
    const from = this.readString();
    if (from < 0) return undefined;
    return wanted ? this.source.toString('latin1', from, from + Math.min(this.length, text.length)) : '';
  }

  /** Reads a string (RFC 7541 section 5.2). Returns where it begins in `source`, or -1. */
  private readString(): number {
    const huffman = (this.bytes[this.at] ?? 0) >= 0x80;
    const encoded = this.readInteger(7);
    const from = this.at;
    if (encoded < 0 || encoded > this.to - from) return -1;
    this.at += encoded;
    this.source = huffman ? text : this.bytes;
    this.length = huffman ? decodeHuffman(this.bytes, from, this.at, text) : encoded;
    if (!huffman) return from;
    return this.length < 0 ? -1 : 0;
  }

  private skipString(): boolean {
    const encoded = this.readInteger(7);
    if (encoded < 0 || encoded > this.to - this.at) return false;
    this.at += encoded;
    return true;
  }

  /** Reads an integer whose first bits are the last `prefixBits` of the next byte (RFC 7541 section 5.1); -1 if it is malformed. */
  private readInteger(prefixBits: number): number {
    if (this.at >= this.to) return -1;
    const most = (1 << prefixBits) - 1;
    let value = (this.bytes[this.at++] ?? 0) & most;
    if (value < most) return value;
    for (let factor = 1; this.at < this.to && factor < largestInteger; factor *= 128) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value <= largestInteger ? value : -1;
    }
    return -1;
  }

  private entry(index: number): TableEntry | undefined {
    return index < staticEntries.length ? staticEntries[index] : this.table.at(index - staticEntries.length);
  }
}
