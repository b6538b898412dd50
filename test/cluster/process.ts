import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A process that can be recognised later: a pid alone is used again by the kernel, a pid with its start time is not.
 * `start` is the boot's id and field 22 of /proc/PID/stat (proc(5): clock ticks since boot).
 */
export type ProcessId = { readonly pid: number; readonly start: string };

const START_FIELD = 22;

/** Picks the start time out of the text of /proc/PID/stat; the command name in it may hold spaces and brackets. */
export function startTicks(stat: string): string | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return afterName[START_FIELD - 3]; // the first field after the name is number 3
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process is gone
  }
}

/** The identity of a running process, or undefined where there is no such process (a zombie counts as none). */
export function identify(pid: number): ProcessId | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const ticks = stat === undefined ? undefined : startTicks(stat);
  if (stat === undefined || ticks === undefined) return undefined;
  if (/\) [ZX] /.test(stat)) return undefined;
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { pid, start: `${boot}:${ticks}` };
}

/** Whether that very process still runs. */
export function alive(id: ProcessId): boolean {
  return identify(id.pid)?.start === id.start;
}

/** Kills that very process, never another one that got its pid; waits up to `ms` until it is gone. */
export async function kill(id: ProcessId, signal: NodeJS.Signals = 'SIGKILL', ms = 30_000): Promise<void> {
  if (alive(id)) process.kill(id.pid, signal);
  for (const end = Date.now() + ms; alive(id); ) {
    if (Date.now() > end) throw new Error(`process ${id.pid} did not end within ${ms} ms of ${signal}`);
    await sleep(20);
  }
}

/** The children of a process's main thread. */
export function children(pid: number): readonly number[] {
  return (read(`/proc/${pid}/task/${pid}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number);
}

/** The calling process and all its ancestors: what a clean-up must never kill. */
export function ancestry(): ReadonlySet<number> {
  const found = new Set<number>();
  for (let pid = process.pid; pid > 0 && !found.has(pid); ) {
    found.add(pid);
    const stat = read(`/proc/${pid}/stat`) ?? '';
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
  }
  return found;
}
