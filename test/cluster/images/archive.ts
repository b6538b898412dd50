import { closeSync, openSync, readSync } from 'node:fs';

/** What a docker-archive holds: the digest of the image's configuration (it covers the content) and its names. */
export type ArchivedImage = { readonly id: string; readonly names: readonly string[] };

const BLOCK = 512;

/** Reads an octal number field of a tar header (POSIX.1-1988 ustar), or the binary form that GNU tar uses above 8 GB. */
export function tarNumber(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) !== 0) return field.slice(1).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.parseInt(Buffer.from(field).toString('latin1').replaceAll('\0', '').trim() || '0', 8);
}

function readAt(file: number, length: number, position: number): Buffer {
  const buffer = Buffer.alloc(length);
  const read = readSync(file, buffer, 0, length, position);
  return buffer.subarray(0, read);
}

function findMember(file: number, wanted: string): Buffer | undefined {
  for (let position = 0; ; ) {
    const header = readAt(file, BLOCK, position);
    if (header.length < BLOCK || header[0] === 0) return undefined;
    const name = header.subarray(0, 100).toString('utf8').replace(/\0.*$/s, '');
    const size = tarNumber(header.subarray(124, 136));
    if (name === wanted) return readAt(file, size, position + BLOCK);
    position += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** Reads what images a docker-archive holds. Only headers are read: it takes a millisecond whatever its size. */
export function readArchive(path: string): readonly ArchivedImage[] {
  const file = openSync(path, 'r');
  try {
    const manifest = findMember(file, 'manifest.json');
    if (manifest === undefined) throw new Error(`${path} is not a docker-archive: it has no manifest.json`);
    const entries = JSON.parse(manifest.toString('utf8')) as readonly {
      Config: string;
      RepoTags?: readonly string[];
    }[];
    return entries.map(({ Config, RepoTags }) => ({ id: Config.replace(/\.json$/, ''), names: RepoTags ?? [] }));
  } finally {
    closeSync(file);
  }
}
