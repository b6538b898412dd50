import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** An image of one program and nothing else. */
export type SingleFileImage = { readonly name: string; readonly file: string; readonly archive: string };

const BLOCK = 512;

/** One member of a tar file (POSIX.1-1988 ustar): header and padded content. */
export function tarMember(name: string, content: Uint8Array, mode: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8) + octal(0, 8), 108); // owner and group
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136); // time: the same input gives the same image
  header.write(' '.repeat(8), 148); // the checksum counts its own field as spaces
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** A whole tar file: its members and two empty blocks. */
function tar(...members: readonly Buffer[]): Buffer {
  return Buffer.concat([...members, Buffer.alloc(2 * BLOCK)]);
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Writes a docker-archive of an image that holds one static program, which runs as an ordinary user. */
export function dockerArchive({ name, file, archive }: SingleFileImage): void {
  const program = basename(file);
  const layer = tar(tarMember(program, readFileSync(file), 0o755));
  const layerName = `${sha256(layer)}.tar`;
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { User: '65535:65535', Entrypoint: [`/${program}`] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = Buffer.from(JSON.stringify([{ Config: configName, RepoTags: [name], Layers: [layerName] }]));
  const parts = { [layerName]: layer, [configName]: config, 'manifest.json': manifest };
  writeFileSync(archive, tar(...Object.entries(parts).map(([part, data]) => tarMember(part, data, 0o644))));
}
