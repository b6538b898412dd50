/** Just enough MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) to count values without decoding them. */

/** How the rest of a value is laid out after its first byte. */
interface Layout {
  /** Bytes that hold a length or a count. */
  readonly sizeBytes: number;
  /** Bytes that follow in any case. */
  readonly fixed: number;
  /** Values that follow for each counted one: 1 in arrays, 2 in maps, 0 where the size counts bytes. */
  readonly perItem: number;
}

const plain: Layout = { sizeBytes: 0, fixed: 0, perItem: 0 };
const fixed = (bytes: number): Layout => ({ sizeBytes: 0, fixed: bytes, perItem: 0 });
const sized = (sizeBytes: number, extra = 0): Layout => ({ sizeBytes, fixed: extra, perItem: 0 });
const counted = (sizeBytes: number, perItem: number): Layout => ({ sizeBytes, fixed: 0, perItem });

/** Layouts of the first bytes 0xc0 to 0xdf, in order. 0xc1 is never used. */
const layouts: readonly (Layout | undefined)[] = [
  ...[plain, undefined, plain, plain],
  ...[sized(1), sized(2), sized(4)],
  ...[sized(1, 1), sized(2, 1), sized(4, 1)],
  ...[fixed(4), fixed(8)],
  ...[fixed(1), fixed(2), fixed(4), fixed(8)],
  ...[fixed(1), fixed(2), fixed(4), fixed(8)],
  ...[fixed(2), fixed(3), fixed(5), fixed(9), fixed(17)],
  ...[sized(1), sized(2), sized(4)],
  ...[counted(2, 1), counted(4, 1), counted(2, 2), counted(4, 2)],
];

/** Returns the offset after the value at `offset`, or undefined if the bytes end first or are no MessagePack. */
export function skipValue(bytes: Buffer, offset: number): number | undefined {
  let at = offset;
  for (let todo = 1; todo > 0; todo -= 1) {
    const first = bytes[at];
    if (first === undefined) return undefined;
    at += 1;
    if (first < 0x80 || first >= 0xe0) continue;
    if (first < 0x90) todo += 2 * (first & 0x0f);
    else if (first < 0xa0) todo += first & 0x0f;
    else if (first < 0xc0) at += first & 0x1f;
    else {
      const layout = layouts[first - 0xc0];
      if (layout === undefined || at + layout.sizeBytes > bytes.length) return undefined;
      const size = layout.sizeBytes === 0 ? 0 : bytes.readUIntBE(at, layout.sizeBytes);
      at += layout.sizeBytes + layout.fixed;
      if (layout.perItem === 0) at += size;
      else todo += size * layout.perItem;
    }
    if (at > bytes.length) return undefined;
  }
  return at;
}

/** Counts the whole values from `offset` on, and says where the last of them ends. */
export function countValues(bytes: Buffer, offset: number): { readonly count: number; readonly end: number } {
  let count = 0;
  let end = offset;
  while (end < bytes.length) {
    const next = skipValue(bytes, end);
    if (next === undefined) break;
    end = next;
    count += 1;
  }
  return { count, end };
}
