import { join } from 'node:path';
import { cacheFolder } from '../cache.ts';

/** How much of a cluster: the API server and its controllers, or a node with pods too. */
export type Mode = 'api' | 'node';

/** The names and places that belong to one cluster, and nothing to any other. */
export type Layout = {
  readonly name: string;
  /** The network namespace, in /run/netns. */
  readonly netns: string;
  /** The cgroup below each hierarchy's root. */
  readonly cgroup: string;
  /** Files that the cluster writes: keys, etcd's data, logs. */
  readonly state: string;
  /** Who runs this cluster: it stands outside the cache, because namespaces are named per machine. */
  readonly record: string;
  readonly lock: string;
  /** The administrator's kubeconfig. */
  readonly kubeconfig: string;
};

/** Addresses from the benchmarking range (RFC 2544, 198.18.0.0/15): every cluster has the same, each in its own namespace. */
export const NETWORK = {
  pods: '198.18.0.0/20',
  services: '198.19.128.0/20',
  apiService: '198.19.128.1',
  node: '198.19.0.2',
  nodeName: 'node1',
  dns: '198.19.0.2',
  api: 'https://127.0.0.1:6443',
} as const;

/** Where containerd listens, in the node's own /run. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** The layout of the cluster of that name. */
export function layoutOf(name: string, cache: string = cacheFolder()): Layout {
  if (!NAME.test(name)) {
    throw new Error(`"${name}" cannot name a cluster: use lower-case letters, digits and inner dashes, 30 at most`);
  }
  const state = join(cache, 'clusters', name);
  return {
    name,
    netns: `standpipe-${name}`,
    cgroup: `standpipe-${name}`,
    state,
    record: `/run/standpipe/${name}.json`,
    lock: `/run/lock/standpipe-${name}.lock`,
    kubeconfig: join(state, 'pki', 'admin.kubeconfig'),
  };
}
