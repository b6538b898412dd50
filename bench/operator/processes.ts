import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds that processes have used so far, by their name. */
export type CpuSeconds = Readonly<Record<string, number>>;

/** The process ids of a cluster's programs, by their name: those whose arguments name a file of the cluster's state. */
export function clusterProcesses(state: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [program = '', ...args] = textOf(`/proc/${pid}/cmdline`).split('\0');
    const name = program.slice(program.lastIndexOf('/') + 1);
    const isOurs = args.some((argument) => argument.includes(`=${state}/`));
    if (isOurs && ['etcd', 'kube-apiserver', 'kube-controller-manager'].includes(name)) found[name] = Number(pid);
  }
  return found;
}

/** What each process has used, all its threads together. Source: Documentation/scheduler/sched-stats.rst, schedstat. */
export function cpuSeconds(pids: Readonly<Record<string, number>>): CpuSeconds {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, threadsOf(pid) / 1e9]));
}

function threadsOf(pid: number): number {
  const threads = entries(`/proc/${pid}/task`);
  const used = threads.map((thread) => Number(textOf(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]));
  return used.reduce((sum, nanoseconds) => sum + nanoseconds, 0);
}

/** The resident set of a process now and at most, in bytes (proc_pid_status(5)). */
export function residentBytes(pid: number): { readonly now: number; readonly most: number } {
  const status = textOf(`/proc/${pid}/status`);
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: kilobytes('VmRSS') * 1024, most: kilobytes('VmHWM') * 1024 };
}

/** A process or a thread may end while it is looked at. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
