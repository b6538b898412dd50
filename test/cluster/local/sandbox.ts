import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../command.ts';
import { children, identify, type ProcessId } from '../process.ts';
import { makeCgroups } from './cgroups.ts';
import { type Layout, type Mode, NETWORK } from './layout.ts';

const INIT = join(import.meta.dirname, 'node-init.sh');
const PATIENCE_MS = 30_000;

/** The namespaces that a cluster lives in, and how to start something there. */
export type Sandbox = {
  /** The PID 1 of the namespaces. */
  readonly init: ProcessId;
  /** Starts a daemon inside; its output goes to `log/NAME.log` in the state folder. It outlives the caller. */
  daemon(name: string, command: readonly string[]): Daemon;
};

/** A program that runs inside: what to say when it has died, and how to end it. */
export type Daemon = { readonly name: string; ended(): string | undefined; stop(): Promise<void> };

function detached(command: readonly string[], logFile: string, env: NodeJS.ProcessEnv): ChildProcess {
  const [program = '', ...args] = command;
  const output = openSync(logFile, 'w');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', output, output], env, cwd: '/' });
  closeSync(output);
  child.on('error', () => {}); // seen as an ended process
  child.unref();
  return child;
}

/** The last lines of a log, for an error's text. */
function tail(file: string, lines = 6): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-lines).join('\n') : '(no log)';
}

/** Starts a daemon in the namespaces of a running init process. @param log the name of its log file, its own by default */
export function enter(
  layout: Layout,
  init: ProcessId,
  name: string,
  command: readonly string[],
  log: string = name,
): Daemon {
  const file = join(layout.state, 'log', `${log}.log`);
  const env = { PATH: process.env.PATH ?? '', HOME: '/root', TMPDIR: '/tmp' };
  const child = detached(['nsenter', '-t', String(init.pid), '-m', '-p', '-u', '-i', '-n', ...command], file, env);
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    name,
    ended: () => (over() ? `${name} ended (status ${child.exitCode}):\n${tail(file)}` : undefined),
    async stop() {
      // nsenter forks into the PID namespace: the daemon is its child.
      for (const pid of children(child.pid ?? 0)) process.kill(pid, 'SIGTERM');
      for (const end = Date.now() + PATIENCE_MS; !over(); await sleep(20)) {
        if (Date.now() > end) throw new Error(`${name} did not end on SIGTERM; its log is ${file}`);
      }
    },
  };
}

/** Names resolve through the cluster's DNS for everything that `ip netns exec` starts. */
function writeResolver(layout: Layout): void {
  mkdirSync(`/etc/netns/${layout.netns}`, { recursive: true });
  const search = 'default.svc.cluster.local svc.cluster.local cluster.local';
  writeFileSync(
    `/etc/netns/${layout.netns}/resolv.conf`,
    `search ${search}\nnameserver ${NETWORK.dns}\noptions ndots:5\n`,
  );
}

/** Makes the namespaces of a cluster that is not there yet. `onInit` gets the init process as soon as it exists. */
export async function openSandbox(layout: Layout, mode: Mode, onInit: (init: ProcessId) => void): Promise<Sandbox> {
  mkdirSync(join(layout.state, 'log'), { recursive: true });
  const marker = join(layout.state, 'init.ready');
  rmSync(marker, { force: true });
  if (mode === 'node') {
    makeCgroups(layout.cgroup);
    writeResolver(layout);
  }
  await must(['ip', 'netns', 'add', layout.netns]);
  const unshare = ['unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child=SIGKILL'];
  const script = [INIT, mode, layout.state, NETWORK.nodeName, NETWORK.node, NETWORK.services];
  const file = join(layout.state, 'log', 'init.log');
  const child = detached(['nsenter', `--net=/run/netns/${layout.netns}`, ...unshare, ...script], file, process.env);
  for (const end = Date.now() + PATIENCE_MS; !existsSync(marker); await sleep(10)) {
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(`the node's namespaces cannot be made:\n${tail(file)}`);
  }
  const [pid = 0] = children(child.pid ?? 0);
  const init = identify(pid);
  if (init === undefined) throw new Error(`the node's first process ended at once:\n${tail(file)}`);
  onInit(init);
  return { init, daemon: (name, command) => enter(layout, init, name, command) };
}
