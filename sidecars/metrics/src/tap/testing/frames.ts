/** Frames of HTTP/2 for tests. Fields are written as literals that are not indexed and not compressed. */

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export const endStream = 0x1;
export const endHeaders = 0x4;
export const padded = 0x8;
export const priority = 0x20;

/** One frame. */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A field block. */
export function block(fields: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), string(name), string(value)]);
  return Buffer.concat(texts);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length = bytes.length < 127 ? Buffer.of(bytes.length) : Buffer.of(127, bytes.length - 127);
  if (bytes.length > 254) throw new Error('tests need no longer text');
  return Buffer.concat([length, bytes]);
}

export const headers = (stream: number, flags: number, fields: Readonly<Record<string, string>>) =>
  frame(1, flags | endHeaders, stream, block(fields));

export const data = (stream: number, flags: number, length: number) => frame(0, flags, stream, Buffer.alloc(length));

/** SETTINGS with one entry, or none. */
export function settings(id?: number, value = 0): Buffer {
  const entry = Buffer.alloc(id === undefined ? 0 : 6);
  if (id !== undefined) {
    entry.writeUInt16BE(id, 0);
    entry.writeUInt32BE(value, 2);
  }
  return frame(4, 0, 0, entry);
}
