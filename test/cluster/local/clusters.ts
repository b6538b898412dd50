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
import { type ClusterRecord, readRecord, recorded, writeRecord } from './record.ts';
import { openSandbox } from './sandbox.ts';
import { startApi, untilUsable } from './start.ts';

/** A healthy API server says that it is ready within milliseconds. */
const ANSWER_MS = 20_000;

const running = (record: ClusterRecord | undefined): record is ClusterRecord =>
  record?.ready === true && record.init !== undefined && alive(record.init);

function open(layout: Layout, record: ClusterRecord): Cluster {
  return localCluster({ ...layout, state: record.state }, record, () => down(layout.name, () => {}));
}

async function answers(cluster: Cluster): Promise<boolean> {
  return (await cluster.exec(['kubectl', 'get', '--raw', '/readyz'], { timeoutMs: ANSWER_MS })).code === 0;
}

/** The cluster that runs already, if it may be used and is well; an error where it is somebody else's or of another kind. */
async function existing(layout: Layout, options: UpOptions): Promise<Cluster | undefined> {
  const record = readRecord(layout);
  if (!running(record)) return undefined;
  const { owner, mode } = record;
  if (owner !== undefined && !alive(owner)) return undefined;
  if (owner === undefined && options.keep === true && mode === options.mode) {
    const cluster = open(layout, record);
    if (await answers(cluster)) return cluster;
    options.log(`cluster "${layout.name}" is up but does not answer: it is started anew`);
    return undefined;
  }
  const whose = owner === undefined ? 'is up already' : `belongs to the running process ${owner.pid}`;
  const advice = `use another --name, or end it with: main.ts down --name ${layout.name}`;
  throw new Error(`cluster "${layout.name}" (mode ${mode}) ${whose}: ${advice}`);
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
    const cluster = await existing(layout, options);
    if (cluster !== undefined) {
      log(`cluster "${name}" is up already`);
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
