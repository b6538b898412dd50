/**
 * The chunk files of Fluent Bit's disk buffer. A chunk is removed when its sink has acknowledged it, so what lies here is
 * exactly what was read and not delivered.
 *
 * A file (lib/chunkio/include/chunkio/cio_file_st.h): two magic bytes c1 00, ..., the content's length in bytes 10-13, ..., the
 * metadata's length in bytes 22-23, the metadata, the content; big-endian. The content is one MessagePack value a record.
 */

import { closeSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { countValues } from './msgpack.ts';

/** One chunk file. */
export interface Chunk {
  readonly path: string;
  /** Bytes on the disk. */
  readonly bytes: number;
  /** When it was begun, in milliseconds since 1970; its name `<pid>-<seconds>.<nanoseconds>.flb` says so. */
  readonly createdMs: number;
  /** Set aside because the sink refused it for good. */
  readonly rejected: boolean;
}

const headerBytes = 24;

/** Lists the chunks below a storage directory; none if there is no such directory. */
export function listChunks(storageDir: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (const stream of namesIn(storageDir)) {
    const directory = join(storageDir, stream);
    for (const name of namesIn(directory)) {
      if (!name.endsWith('.flb')) continue;
      const path = join(directory, name);
      const bytes = statSync(path, { throwIfNoEntry: false })?.size;
      if (bytes === undefined) continue;
      const seconds = /-(\d+)\.\d+\.flb$/.exec(name)?.[1];
      chunks.push({ path, bytes, createdMs: Number(seconds ?? 0) * 1000, rejected: stream === 'rejected' });
    }
  }
  return chunks;
}

/** Counts records in chunks. Chunks only grow, so that each is counted on from where it was left. */
export class RecordCounter {
  readonly #counted = new Map<string, { readonly end: number; readonly records: number }>();

  /** Returns the records in a chunk; 0 for one that is gone or is no chunk. */
  count(path: string): number {
    const content = readContent(path);
    if (content === undefined) return 0;
    const before = this.#counted.get(path) ?? { end: 0, records: 0 };
    const { count, end } = countValues(content, before.end);
    const records = before.records + count;
    this.#counted.set(path, { end, records });
    return records;
  }

  /** Returns the records in all of the chunks. */
  total(chunks: readonly Chunk[]): number {
    return chunks.reduce((sum, { path }) => sum + this.count(path), 0);
  }
}

/**
 * Deletes the oldest rejected chunks until the rest fits, and returns how many records went: a sink that refuses everything
 * must not fill the pod's disk.
 */
export function pruneRejected(chunks: readonly Chunk[], maxBytes: number): number {
  const rejected = chunks.filter((chunk) => chunk.rejected).toSorted((a, b) => a.createdMs - b.createdMs);
  let bytes = rejected.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const counter = new RecordCounter();
  let records = 0;
  for (const chunk of rejected) {
    if (bytes <= maxBytes) break;
    records += counter.count(chunk.path);
    rmSync(chunk.path, { force: true });
    bytes -= chunk.bytes;
  }
  return records;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not there yet, or a file: either way nothing lies in it.
    return [];
  }
}

/** Reads a chunk's content as far as its header says that it goes. */
function readContent(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // Acknowledged and removed since it was listed.
    return undefined;
  }
  try {
    const header = Buffer.alloc(headerBytes);
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes || header[0] !== 0xc1) return undefined;
    const content = Buffer.alloc(header.readUInt32BE(10));
    const length = readSync(file, content, 0, content.length, headerBytes + header.readUInt16BE(22));
    return content.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
