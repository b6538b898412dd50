import { join } from 'node:path';
import { cached } from '../cluster/cache.ts';
import type { Log } from '../cluster/log.ts';
import { unpack, which } from '../cluster/prerequisites.ts';

/**
 * The path of `prometheus` or `promtool`: this machine's own, else the one of Debian's package, which is unpacked and
 * not installed, because its service would be started.
 */
export async function prometheusProgram(name: 'prometheus' | 'promtool', log: Log): Promise<string> {
  const own = which(name);
  if (own !== undefined) return own;
  const build = (folder: string): Promise<void> => unpack('prometheus', folder, log);
  return join(await cached({ kind: 'prometheus', key: 'debian', build }, log), 'files/usr/bin', name);
}
