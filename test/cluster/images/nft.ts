import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cached } from '../cache.ts';
import { must } from '../command.ts';
import { keyOf } from '../hash.ts';
import type { Log } from '../log.ts';
import { ensure } from '../prerequisites.ts';
import type { ImageSource } from './engine.ts';

/** The name of an image with nft in it; it is for tests only, where clusters take that of kube-proxy. */
export const NFT_IMAGE = 'localhost/standpipe-nft:1';

const PROGRAM = '/usr/sbin/nft';
const DOCKERFILE = 'FROM scratch\nCOPY root/ /\n';

/** The libraries of a program, as the loader finds them, and the loader. */
export function librariesOf(ldd: string): readonly string[] {
  return [...ldd.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

/** The image with this machine's nft and the libraries that it needs. */
export async function nftImage(log: Log): Promise<ImageSource> {
  const build = async (folder: string): Promise<void> => {
    await ensure([{ program: 'nft', apt: 'nftables' }], log);
    const libraries = librariesOf(await must(['ldd', PROGRAM]));
    for (const file of [PROGRAM, ...libraries]) {
      const copy = join(folder, 'root', file);
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(realpathSync(file), copy);
    }
    writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
  };
  const context = await cached({ kind: 'nft', key: keyOf(DOCKERFILE), build }, log);
  return { name: NFT_IMAGE, dockerfile: join(context, 'Dockerfile'), context };
}
