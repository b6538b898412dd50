import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../../test/cluster/cache.ts';
import { must } from '../../test/cluster/command.ts';
import { keyOfFiles } from '../../test/cluster/hash.ts';
import { ensure, unpack, which } from '../../test/cluster/prerequisites.ts';

const here = import.meta.dirname;
const root = join(here, '../..');
const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Paths of everything that a measurement starts. */
export interface Programs {
  readonly haproxy: string;
  readonly nginx: string;
  readonly upstream: string;
  /** The sidecar as it goes into images. */
  readonly sidecar: string;
}

const needed = [
  { program: 'taskset', apt: 'util-linux' },
  { program: 'wrk', apt: 'wrk' },
  { program: 'h2load', apt: 'nghttp2-client' },
  { program: 'nghttpd', apt: 'nghttp2-server' },
  { program: 'gcc', apt: 'gcc' },
] as const;

/** A server of Debian's: this machine's own, else unpacked from its package, since installing it would start its service. */
async function server(name: string): Promise<string> {
  const own = which(name);
  if (own !== undefined) return own;
  const build = (folder: string): Promise<void> => unpack(name, folder, log);
  return join(await cached({ kind: name, key: 'debian', build }, log), 'files/usr/sbin', name);
}

/** Sees to it that everything is there, and builds what is ours. `folder` takes what is built. */
export async function prepare(folder: string): Promise<Programs> {
  await ensure(needed, log);
  if (!existsSync(join(here, 'node_modules'))) await must(['npm', 'ci', '--ignore-scripts'], { cwd: here });
  await must([process.execPath, join(root, 'scripts/bundle.ts'), 'metrics']);
  const build = async (made: string): Promise<void> => {
    await must(['gcc', '-O2', '-o', join(made, 'upstream'), join(here, 'upstream.c')]);
  };
  const key = keyOfFiles(join(here, 'upstream.c'));
  const upstream = join(await cached({ kind: 'bench-upstream', key, build }, log), 'upstream');
  mkdirSync(folder, { recursive: true });
  return {
    haproxy: await server('haproxy'),
    nginx: await server('nginx'),
    upstream,
    sidecar: join(root, 'dist/metrics.mjs'),
  };
}
