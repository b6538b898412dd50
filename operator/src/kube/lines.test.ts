import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './lines.ts';

/** Cuts bytes at the given places, as a network might. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

test('lines come out whole, however the bytes are cut', () => {
  const line = fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, places) => {
      const splitter = new LineSplitter(1_000_000);
      const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
      expect(cut(bytes, places).flatMap((chunk) => splitter.push(chunk))).toEqual(lines);
      expect(splitter.unfinished).toBe(false);
    }),
  );
});

test('a line separator within a JSON string does not end the line', () => {
  const line = '{"message":"one\u2028two\u2029three"}';
  expect(new LineSplitter(1000).push(Buffer.from(`${line}\n`))).toEqual([line]);
});

test('empty lines are left out', () => {
  expect(new LineSplitter(1000).push(Buffer.from('\n\na\n\nb\n'))).toEqual(['a', 'b']);
});

test('an unfinished line is told', () => {
  const splitter = new LineSplitter(1000);
  expect(splitter.push(Buffer.from('a\nb'))).toEqual(['a']);
  expect(splitter.unfinished).toBe(true);
});

test('a line over the limit is refused instead of filling the memory', () => {
  const splitter = new LineSplitter(8);
  splitter.push(Buffer.from('12345678'));
  expect(() => splitter.push(Buffer.from('9'))).toThrow('longer than 8 bytes');
});
