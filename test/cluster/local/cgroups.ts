import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
/** The controllers that the kubelet asks for. */
const V1 = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'systemd', 'hugetlb'];
const V2 = ['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'];

const unified = (): boolean => existsSync(join(ROOT, 'cgroup.controllers'));

/** In the hybrid layout runc makes an empty cgroup in the v2 hierarchy, which is mounted here. */
const HYBRID = 'unified';

function hierarchies(): readonly string[] {
  if (unified()) return [ROOT];
  return V1.map((name) => join(ROOT, name)).filter((folder) => existsSync(folder));
}

/** Makes the cgroup `name` below the root of every hierarchy: the kubelet's own root, so that clusters do not meet. */
export function makeCgroups(name: string): void {
  if (unified()) {
    const offered = readFileSync(join(ROOT, 'cgroup.controllers'), 'utf8').trim().split(' ');
    const wanted = V2.filter((controller) => offered.includes(controller)).map((controller) => `+${controller}`);
    writeFileSync(join(ROOT, 'cgroup.subtree_control'), wanted.join(' '));
  }
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, name);
    mkdirSync(folder, { recursive: true });
    if (!hierarchy.endsWith('/cpuset')) continue;
    // A new v1 cpuset is empty and takes no process.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      writeFileSync(join(folder, file), readFileSync(join(hierarchy, file)));
    }
  }
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  rmdirSync(folder);
}

/** Removes the cgroup `name` and what is below it. Its processes must be gone. */
export function removeCgroups(name: string): void {
  for (const hierarchy of [...hierarchies(), join(ROOT, HYBRID)]) {
    const folder = join(hierarchy, name);
    if (existsSync(folder)) removeTree(folder);
  }
}
