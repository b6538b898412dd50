import type { Cluster, Clusters, UpOptions } from '../cluster.ts';
import { kubeBinaries } from '../kube/binaries.ts';
import { locked } from '../lock.ts';
import { type Log, narrated } from '../log.ts';
import { ensure, NODE, requireRoot, SANDBOX } from '../prerequisites.ts';
import { alive, identify } from '../process.ts';
import { clean } from './clean.ts';
import { type Layout, layoutOf } from './layout.ts';
import { localCluster } from './local-cluster.ts';
import { startNode } from './node.ts';
import { ensurePki } from './pki.ts';
import { type Record, readRecord, recorded, writeRecord } from './record.ts';
import { openSandbox } from './sandbox.ts';
import { startApi, untilUsable } from './start.ts';

const running = (record: Record | undefined): record is Record =>
  record?.ready === true && record.init !== undefined && alive(record.init);

function open(layout: Layout, record: Record): Cluster {
  return localCluster({ ...layout, state: record.state }, record, () => down(layout.name, () => {}));
}

/** Whether the running cluster can be used as it is; an error where it is somebody else's. */
function usable(name: string, record: Record | undefined, options: UpOptions): boolean {
  if (!running(record)) return false;
  const ours = record.owner === undefined ? options.keep === true : false;
  if (ours && record.mode === options.mode) return true;
  if (record.owner !== undefined && !alive(record.owner)) return false;
  const whose = record.owner === undefined ? 'is up already' : `belongs to the running process ${record.owner.pid}`;
  throw new Error(
    `cluster "${name}" (mode ${record.mode}) ${whose}: use another --name, or end it with: main.ts down --name ${name}`,
  );
}

async function start(layout: Layout, options: UpOptions, binaries: string): Promise<Cluster> {
  const { mode, log } = options;
  await clean(layout);
  const owner = options.keep === true ? undefined : identify(process.pid);
  const base = { mode, state: layout.state, binaries, ...(owner === undefined ? {} : { owner }) };
  writeRecord(layout, { ...base, ready: false });
  try {
    await ensurePki(layout);
    const sandbox = await openSandbox(layout, mode, (init) => writeRecord(layout, { ...base, init, ready: false }));
    const starting = { layout, binaries, sandbox, log };
    const daemons = await startApi(starting);
    if (mode === 'node') await startNode(starting, daemons, options.images ?? []);
    await untilUsable(starting, daemons);
    const record = { ...base, init: sandbox.init, ready: true };
    writeRecord(layout, record);
    return open(layout, record);
  } catch (error) {
    await clean(layout);
    throw error;
  }
}

async function up(options: UpOptions): Promise<Cluster> {
  const { name, mode, log } = options;
  requireRoot('a cluster');
  const layout = layoutOf(name);
  await ensure(mode === 'node' ? [...SANDBOX, ...NODE] : SANDBOX, log);
  const binaries = await kubeBinaries(log);
  return locked(layout.lock, log, async () => {
    const record = readRecord(layout);
    if (usable(name, record, options) && record !== undefined) {
      log(`cluster "${name}" is up already`);
      const cluster = open(layout, record);
      await cluster.load(options.images ?? []);
      return cluster;
    }
    return narrated(log, `starting cluster "${name}" (${mode})`, () => start(layout, options, binaries));
  });
}

async function down(name: string, log: Log): Promise<void> {
  requireRoot('a cluster');
  const layout = layoutOf(name);
  await locked(layout.lock, log, () => clean(layout));
}

/** Clusters made of plain processes in namespaces of this machine. */
export const localClusters: Clusters = {
  up,
  down,
  async find(name) {
    const layout = layoutOf(name);
    const record = readRecord(layout);
    return running(record) ? open(layout, record) : undefined;
  },
  async names() {
    return recorded();
  },
};
