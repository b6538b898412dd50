import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../command.ts';
import type { Log } from '../log.ts';
import { controlPlane, pathsOf } from './control-plane.ts';
import type { Layout } from './layout.ts';
import type { Daemon, Sandbox } from './sandbox.ts';

/** What is being started. */
export type Starting = {
  readonly layout: Layout;
  readonly binaries: string;
  readonly sandbox: Sandbox;
  readonly log: Log;
};

const PATIENCE_MS = 180_000;
const POLL_MS = 100;

/** kubectl inside the cluster, as its administrator. */
export async function kubectl(
  { layout, binaries }: Starting,
  args: readonly string[],
  input = '',
): Promise<string | undefined> {
  const command = ['ip', 'netns', 'exec', layout.netns, join(binaries, 'kubectl'), `--kubeconfig=${layout.kubeconfig}`];
  const { code, stdout } = await run([...command, ...args], { input });
  return code === 0 ? stdout : undefined;
}

/** Waits until `check` holds. Fails at once when a daemon has died, and in the end when the time is up. */
export async function until(what: string, daemons: readonly Daemon[], check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await check()); await sleep(POLL_MS)) {
    const dead = daemons.map((daemon) => daemon.ended()).find((reason) => reason !== undefined);
    if (dead !== undefined) throw new Error(dead);
    if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`);
  }
}

/** Starts etcd, the API server and its controllers; ready when the API server is. */
export async function startApi(starting: Starting): Promise<readonly Daemon[]> {
  const commands = controlPlane(pathsOf(starting.layout, starting.binaries));
  const daemons = ['etcd', 'kube-apiserver', 'kube-controller-manager'].map((name) =>
    starting.sandbox.daemon(name, commands[name] ?? []),
  );
  await until('the API server is ready', daemons, async () => {
    return (await kubectl(starting, ['get', '--raw', '/readyz'])) !== undefined;
  });
  return daemons;
}

/** Waits until pods can be created in the default namespace: admission refuses them while its service account is missing. */
export async function untilUsable(starting: Starting, daemons: readonly Daemon[]): Promise<void> {
  await until('the default service account exists', daemons, async () => {
    return (await kubectl(starting, ['-n', 'default', 'get', 'serviceaccount', 'default'])) !== undefined;
  });
}
