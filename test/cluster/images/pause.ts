import { join } from 'node:path';
import { cached } from '../cache.ts';
import { must } from '../command.ts';
import { keyOfFiles } from '../hash.ts';
import { PAUSE_IMAGE } from '../local/node-config.ts';
import type { Log } from '../log.ts';
import { ensure } from '../prerequisites.ts';
import { dockerArchive } from './archive-writer.ts';

const SOURCE = join(import.meta.dirname, 'pause.c');

/** The docker-archive of the image that every pod's sandbox runs; built once. */
export async function pauseImage(log: Log): Promise<string> {
  const key = keyOfFiles(SOURCE);
  const build = async (folder: string): Promise<void> => {
    await ensure([{ program: 'gcc', apt: 'gcc' }], log);
    const binary = join(folder, 'pause');
    await must(['gcc', '-Os', '-static', '-nostdlib', '-ffreestanding', '-s', '-o', binary, SOURCE]);
    dockerArchive({ name: PAUSE_IMAGE, file: binary, archive: join(folder, 'image.tar') });
  };
  return join(await cached({ kind: 'images/pause', key, build }, log), 'image.tar');
}
