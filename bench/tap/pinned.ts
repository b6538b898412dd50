import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a server is started. */
export interface Command {
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A server as a process that may run on one CPU only. */
export class Pinned {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
  }

  /** Starts it and waits until its port takes connections. @throws Error where it ends before, or does not listen in time */
  static async start({ argv, env }: Command, port: number, cpu: number): Promise<Pinned> {
    const options = { stdio: ['ignore', 'ignore', 'inherit'] as const, env: { ...process.env, ...env } };
    const started = new Pinned(
      port,
      spawn('taskset', ['-c', String(cpu), ...argv], { ...options, stdio: [...options.stdio] }),
    );
    const end = Date.now() + 60_000;
    while (!(await takesConnections(port))) {
      if (started.#process.exitCode !== null || Date.now() > end) throw new Error(`${argv[0]} does not listen`);
      await sleep(20);
    }
    return started;
  }

  /** CPU time of all its threads so far, in microseconds. */
  get cpuMicros(): number {
    const tasks = `/proc/${this.#process.pid}/task`;
    // Nanoseconds on a CPU come first (Linux, Documentation/scheduler/sched-stats.rst).
    const spent = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return spent.reduce((sum, one) => sum + one, 0) / 1000;
  }

  /** Memory that is its own: what no file stands behind, in megabytes of 10^6 bytes (Linux, proc(5), smaps_rollup). */
  get anonymousMB(): number {
    const text = readFileSync(`/proc/${this.#process.pid}/smaps_rollup`, 'utf8');
    return (Number(/^Anonymous:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024) / 1e6;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || !this.#process.kill('SIGKILL')) return;
    await once(this.#process, 'exit');
  }
}

/** Whether somebody listens on a port of loopback. */
export function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  }).then((result) => {
    socket.destroy();
    return result as boolean;
  });
}
