import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../cluster/command.ts';
import { identify, kill, type ProcessId } from '../cluster/process.ts';

/**
 * The node as its own administrator sees it: processes, containerd, kubelet. The node's processes are children of PID
 * namespaces below this process's own, so they have numbers here too.
 */

/** The first process of a container. `path` may lead below /proc/PID. */
const firstInContainer = 1;

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

function processes(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function known(pid: number): ProcessId {
  const found = identify(pid);
  if (found === undefined) throw new Error(`process ${pid} has ended`);
  return found;
}

/** The number of a process in the innermost PID namespace (proc(5), NSpid). */
function innerPid(pid: number): number {
  const numbers = /^NSpid:\s*(.*)$/m.exec(read(pid, 'status'))?.[1]?.split('\t') ?? [];
  return Number(numbers.at(-1));
}

/**
 * The processes of a container, found by its cgroup.
 * @param containerId as the pod's status has it, with its scheme
 */
export function containerProcesses(containerId: string): { readonly first: ProcessId; readonly others: ProcessId[] } {
  const id = containerId.replace(/^.*:\/\//, '');
  const mine = processes().filter((pid) => read(pid, 'cgroup').includes(id));
  const first = mine.find((pid) => innerPid(pid) === firstInContainer);
  if (first === undefined) throw new Error(`no process of container ${id} can be seen from here: is it running?`);
  return { first: known(first), others: mine.filter((pid) => pid !== first).map(known) };
}

/** The processes of that name in the network of this process. */
function daemons(name: string): readonly number[] {
  const here = readlinkSync('/proc/self/ns/net');
  return processes().filter((pid) => {
    if (read(pid, 'cmdline').split('\0')[0]?.split('/').at(-1) !== name) return false;
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === here;
    } catch {
      return false; // it has ended, or is not ours to look at
    }
  });
}

function daemon(name: string): ProcessId {
  const [pid, ...more] = daemons(name);
  if (pid === undefined || more.length > 0) throw new Error(`not one process ${name} is in this network`);
  return known(pid);
}

/** Whether this process reaches pods and the node's daemons. It does not where kind runs the cluster. */
export const inNodeNetwork = daemons('kubelet').length === 1;

/** Runs containerd's client in the namespace that the kubelet uses; gives back standard output. */
export function ctr(...args: readonly string[]): Promise<string> {
  const socket = join('/proc', String(daemon('containerd').pid), 'root', 'run/containerd/containerd.sock');
  return must(['ctr', '--address', socket, '--namespace', 'k8s.io', ...args]);
}

/** Ends the kubelet as a restart of its service does; what it gives back starts it again as it was. */
export async function stopKubelet(): Promise<() => ChildProcess> {
  const kubelet = daemon('kubelet');
  const command = read(kubelet.pid, 'cmdline').split('\0').filter(Boolean);
  const log = readlinkSync(`/proc/${kubelet.pid}/fd/1`);
  await kill(kubelet, 'SIGTERM');
  return () => {
    const output = openSync(log, 'a');
    const enter = ['-t', String(daemon('containerd').pid), '-m', '-p', '-u', '-i', '-n'];
    const child = spawn('nsenter', [...enter, ...command], { detached: true, stdio: ['ignore', output, output] });
    child.unref();
    return child;
  };
}
