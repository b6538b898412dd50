import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Cluster } from '../cluster.ts';
import { run } from '../command.ts';
import { withComponents } from '../kube/binaries.ts';
import { loadImages } from './image-store.ts';
import type { Layout } from './layout.ts';
import type { ClusterRecord } from './record.ts';

/** The handle on a running cluster of this machine. */
export function localCluster(layout: Layout, record: ClusterRecord, down: () => Promise<void>): Cluster {
  const kubeconfig = join(layout.state, 'pki', 'admin.kubeconfig');
  // `ip netns exec` ends in exec(2): the process that is started is the command itself, and gets its signals.
  const inside = (command: readonly string[]): readonly string[] => ['ip', 'netns', 'exec', layout.netns, ...command];
  const environment = (env: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv => ({
    ...withComponents(record.binaries, env ?? process.env),
    KUBECONFIG: kubeconfig,
    STANDPIPE_CLUSTER: layout.name,
  });
  return {
    name: layout.name,
    mode: record.mode,
    kubeconfig,
    async load(archives) {
      if (archives.length === 0) return;
      if (record.mode !== 'node') throw new Error(`cluster "${layout.name}" has no node to load images into`);
      if (record.init !== undefined)
        await loadImages(record.init.pid, join(layout.state, 'fs', 'containerd'), archives);
    },
    exec: (command, options = {}) => run(inside(command), { ...options, env: environment(options.env) }),
    spawn(command, options = {}) {
      const [program = '', ...args] = inside(command);
      return spawn(program, args, { ...options, env: environment(options.env) });
    },
    down,
  };
}
