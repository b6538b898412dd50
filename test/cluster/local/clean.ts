import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must, run } from '../command.ts';
import { ancestry, identify, kill } from '../process.ts';
import { removeCgroups } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { dropRecord, readRecord } from './record.ts';

/** What is kept in the state folder when a cluster ends: keys (they cost time) and logs (they are read afterwards). */
const EPHEMERAL = ['etcd', 'fs', 'conf', 'certs', 'init.ready'];

/** Ends every process that still is in the cluster's network namespace, but for ourselves and those who started us. */
async function endInhabitants(netns: string): Promise<void> {
  const spared = ancestry();
  const { stdout } = await run(['ip', 'netns', 'pids', netns]);
  const found = stdout.split('\n').filter(Boolean).map(Number);
  const ids = found.filter((pid) => !spared.has(pid)).map(identify);
  await Promise.all(ids.map((id) => (id === undefined ? undefined : kill(id))));
}

/**
 * Takes away everything that a cluster of that name may have left: processes, mounts, network namespace, cgroups, files.
 * It goes by the record where there is one and by the names, so it works after a crash at any point, and twice.
 */
export async function clean(layout: Layout): Promise<void> {
  const record = readRecord(layout);
  if (record?.init !== undefined) await kill(record.init);
  if (existsSync(`/run/netns/${layout.netns}`)) {
    await endInhabitants(layout.netns);
    await must(['ip', 'netns', 'delete', layout.netns]);
  }
  rmSync(`/etc/netns/${layout.netns}`, { recursive: true, force: true });
  await run(['rmdir', '/etc/netns']); // only if it is empty
  removeCgroups(layout.cgroup);
  for (const name of EPHEMERAL) {
    rmSync(join(record?.state ?? layout.state, name), { recursive: true, force: true });
  }
  dropRecord(layout);
}
