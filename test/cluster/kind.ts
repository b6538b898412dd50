import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import type { Cluster, Clusters, UpOptions } from './cluster.ts';
import { must, run } from './command.ts';
import type { Mode } from './local/layout.ts';
import { narrated } from './log.ts';
import { which } from './prerequisites.ts';

/**
 * Clusters by kind (https://kind.sigs.k8s.io), where a Docker engine answers. A kind cluster always has a node, so `api`
 * mode only differs in that nobody loads images. `exec` runs on this machine: it reaches the API server, not pods' addresses.
 */

const PREFIX = 'standpipe-';
/** Shorter than kind's five minutes, longer than a slow machine's pull of the node image. */
const WAIT = '180s';

const kubeconfigOf = (name: string): string => join(cacheFolder(), 'kind', `${name}.kubeconfig`);

async function kindNames(): Promise<readonly string[]> {
  const names = (await must(['kind', 'get', 'clusters'])).split('\n');
  return names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
}

/** Whether kind can be used here: `kind` is on PATH and a Docker engine answers. */
export async function hasKind(): Promise<boolean> {
  if (which('kind') === undefined || which('docker') === undefined) return false;
  return (await run(['docker', 'version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 })).code === 0;
}

async function down(name: string): Promise<void> {
  await must(['kind', 'delete', 'cluster', '--name', PREFIX + name]);
}

function open(name: string, mode: Mode): Cluster {
  const kubeconfig = kubeconfigOf(name);
  const environment = (env: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv => ({
    ...(env ?? process.env),
    KUBECONFIG: kubeconfig,
  });
  return {
    name,
    mode,
    kubeconfig,
    async load(archives) {
      for (const archive of archives) await must(['kind', 'load', 'image-archive', archive, '--name', PREFIX + name]);
    },
    exec: (command, options = {}) => run(command, { ...options, env: environment(options.env) }),
    spawn(command, options = {}) {
      const [program = '', ...args] = command;
      return spawn(program, args, { ...options, env: environment(options.env) });
    },
    down: () => down(name),
  };
}

async function up({ name, mode, log, keep, images }: UpOptions): Promise<Cluster> {
  if (which('kubectl') === undefined) throw new Error('kind is here but kubectl is not: install it and put it on PATH');
  const exists = (await kindNames()).includes(name);
  if (exists && keep !== true) await down(name);
  if (!exists || keep !== true) {
    mkdirSync(dirname(kubeconfigOf(name)), { recursive: true });
    const create = ['kind', 'create', 'cluster', '--name', PREFIX + name, '--kubeconfig', kubeconfigOf(name)];
    await narrated(log, `starting kind cluster "${name}"`, () => must([...create, '--wait', WAIT]));
  }
  const cluster = open(name, mode);
  await cluster.load(images ?? []);
  return cluster;
}

/** Clusters by kind. */
export const kindClusters: Clusters = {
  up,
  down,
  names: kindNames,
  async find(name) {
    return (await kindNames()).includes(name) ? open(name, 'node') : undefined;
  },
};
