import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countValues, skipValue } from './msgpack.ts';

const bytes = (...parts: readonly (number | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)));
const zeros = (length: number) => Buffer.alloc(length);
const size = (value: number, length: number) => {
  const buffer = Buffer.alloc(length);
  buffer.writeUIntBE(value, 0, length);
  return buffer;
};

/** One value of every format of the specification, with what a nested one needs. */
const values: Readonly<Record<string, Buffer>> = {
  'positive fixint': bytes(0x7f),
  'negative fixint': bytes(0xe0),
  nil: bytes(0xc0),
  false: bytes(0xc2),
  true: bytes(0xc3),
  'bin 8': bytes(0xc4, size(3, 1), zeros(3)),
  'bin 16': bytes(0xc5, size(300, 2), zeros(300)),
  'bin 32': bytes(0xc6, size(70_000, 4), zeros(70_000)),
  'ext 8': bytes(0xc7, size(3, 1), zeros(4)),
  'ext 16': bytes(0xc8, size(300, 2), zeros(301)),
  'ext 32': bytes(0xc9, size(3, 4), zeros(4)),
  'float 32': bytes(0xca, zeros(4)),
  'float 64': bytes(0xcb, zeros(8)),
  'uint 8': bytes(0xcc, zeros(1)),
  'uint 16': bytes(0xcd, zeros(2)),
  'uint 32': bytes(0xce, zeros(4)),
  'uint 64': bytes(0xcf, zeros(8)),
  'int 8': bytes(0xd0, zeros(1)),
  'int 16': bytes(0xd1, zeros(2)),
  'int 32': bytes(0xd2, zeros(4)),
  'int 64': bytes(0xd3, zeros(8)),
  'fixext 1': bytes(0xd4, zeros(2)),
  'fixext 2': bytes(0xd5, zeros(3)),
  'fixext 4': bytes(0xd6, zeros(5)),
  'fixext 8': bytes(0xd7, zeros(9)),
  'fixext 16': bytes(0xd8, zeros(17)),
  fixstr: bytes(0xa2, Buffer.from('ab')),
  'str 8': bytes(0xd9, size(40, 1), zeros(40)),
  'str 16': bytes(0xda, size(300, 2), zeros(300)),
  'str 32': bytes(0xdb, size(3, 4), zeros(3)),
  fixarray: bytes(0x92, 0xc0, 0x91, 0xc0),
  'array 16': bytes(0xdc, size(2, 2), 0xc0, 0xa1, 0x61),
  'array 32': bytes(0xdd, size(1, 4), 0x90),
  fixmap: bytes(0x81, 0xa1, 0x61, 0x92, 0x01, 0x02),
  'map 16': bytes(0xde, size(1, 2), 0xa1, 0x61, 0xc0),
  'map 32': bytes(0xdf, size(1, 4), 0xa1, 0x61, 0x80),
};

describe('skipValue', () => {
  test.each(Object.entries(values))('passes over %s', (_, value) => {
    expect(skipValue(bytes(value, 0xc0), 0)).toBe(value.length);
  });

  test('does not pass over a value that is cut, nor over a byte that is never used', () => {
    for (const value of Object.values(values)) {
      if (value.length > 1) expect(skipValue(value.subarray(0, -1), 0)).toBeUndefined();
    }
    expect(skipValue(bytes(0xc1), 0)).toBeUndefined();
    expect(skipValue(zeros(0), 0)).toBeUndefined();
  });
});

describe('countValues', () => {
  test('counts any sequence of values, and goes on where it stopped', () => {
    const some = fc.array(fc.constantFrom(...Object.values(values)), { maxLength: 12 });
    fc.assert(
      fc.property(some, some, (first, second) => {
        const all = bytes(...first, ...second);
        const { count, end } = countValues(bytes(...first), 0);
        expect(count).toBe(first.length);
        expect(count + countValues(all, end).count).toBe(first.length + second.length);
      }),
    );
  });

  test('stops in front of a value that is not whole yet', () => {
    expect(countValues(bytes(0xc0, 0xa5, 0x61), 0)).toEqual({ count: 1, end: 1 });
  });
});
