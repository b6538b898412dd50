import { spawn } from 'node:child_process';
import type { Demo } from '../../scripts/demo/demo.ts';
import { canShipLogs } from '../../scripts/demo/images.ts';
import { terminal } from '../../scripts/demo/screen.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { run } from '../cluster/command.ts';

/** The cluster in whose network this process was started, by KUBECONFIG. Its images were loaded when it was started. */
const ownCluster: Cluster = {
  name: 'own',
  mode: 'node',
  kubeconfig: process.env.KUBECONFIG ?? '',
  load: async () => {},
  exec: (command, options) => run(command, options),
  spawn([program = '', ...args], options = {}) {
    return spawn(program, args, options);
  },
  down: async () => {},
};

/** The demo's steps, for tests: in this process's cluster, with nothing written. */
export const silentDemo: Demo = {
  cluster: ownCluster,
  screen: terminal(() => {}, false),
  archives: [],
  logs: await canShipLogs(),
};
