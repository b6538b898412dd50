import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listChunks, pruneRejected, RecordCounter } from './chunks.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'standpipe-chunks-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Writes a chunk file of empty arrays, padded as Fluent Bit pads them. */
function chunk(stream: string, name: string, records: number): string {
  const metadata = Buffer.from('app');
  const header = Buffer.alloc(24);
  header[0] = 0xc1;
  header.writeUInt32BE(records, 10);
  header.writeUInt16BE(metadata.length, 22);
  mkdirSync(join(directory, stream), { recursive: true });
  const path = join(directory, stream, name);
  writeFileSync(path, Buffer.concat([header, metadata, Buffer.alloc(records, 0x90), Buffer.alloc(100)]));
  return path;
}

test('lists chunks with their age, and tells rejected ones apart', () => {
  const path = chunk('tail.0', '1-1795508493.937552230.flb', 3);
  chunk('rejected', '1-1795508400.1.flb', 2);
  writeFileSync(join(directory, 'tail.0', 'other.txt'), '');
  const chunks = listChunks(directory);
  expect(chunks).toHaveLength(2);
  expect(chunks).toContainEqual({ path, bytes: 130, createdMs: 1_795_508_493_000, rejected: false });
  expect(listChunks(join(directory, 'nowhere'))).toEqual([]);
});

test('counts records, also in a chunk that grows', () => {
  const counter = new RecordCounter();
  expect(counter.count(chunk('tail.0', '1-1.1.flb', 3))).toBe(3);
  expect(counter.count(chunk('tail.0', '1-1.1.flb', 5))).toBe(5);
  expect(counter.count(join(directory, 'tail.0', 'gone.flb'))).toBe(0);
  chunk('tail.0', '1-2.1.flb', 4);
  expect(counter.total(listChunks(directory))).toBe(9);
});

test('deletes the oldest rejected chunks until the rest fits, and counts their records', () => {
  chunk('tail.0', '1-1.1.flb', 1);
  for (const seconds of [30, 10, 20]) chunk('rejected', `1-${seconds}.1.flb`, seconds);
  expect(pruneRejected(listChunks(directory), 320)).toBe(10);
  expect(readdirSync(join(directory, 'rejected')).toSorted()).toEqual(['1-20.1.flb', '1-30.1.flb']);
  expect(pruneRejected(listChunks(directory), 0)).toBe(50);
  expect(readdirSync(join(directory, 'tail.0'))).toHaveLength(1);
});
