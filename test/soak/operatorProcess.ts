import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../operator/src/cli/exitCode.ts';
import { heapAfterCollection } from './inspector.ts';

const main = join(import.meta.dirname, '../../operator/src/main.ts');

/** Clock ticks of the kernel in a second, as /proc counts them: 100 on every Linux architecture. */
const ticks = 100;

/** How long it may take to be ready, in milliseconds. */
const patienceMs = 120_000;

export interface OperatorProcessOptions {
  readonly name: string;
  /** The command and its arguments. */
  readonly args: readonly string[];
  readonly kubeconfig: string;
  /** The heap's bound in MiB, as the manifests set it. */
  readonly heapMiB: number;
  readonly probePort: number;
  /** Where its output is appended. */
  readonly log: string;
}

/** One process of the operator that can be measured, ended and started again. */
export class OperatorProcess {
  readonly name: string;
  readonly #options: OperatorProcessOptions;
  #child: ChildProcess | undefined;
  #inspector = '';
  #ending = false;
  /** How often it gave up its work because it had lost the lead, as it shall where the API server is slow for long. */
  leadsLost = 0;
  /** When it was started last, in milliseconds since the epoch. */
  startedAt = 0;
  /** How often it ended for another reason although nobody ended it. */
  crashes = 0;

  constructor(options: OperatorProcessOptions) {
    this.#options = options;
    this.name = options.name;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it and waits until it is ready. From then on it is started again whenever it ends by itself. */
  async start(): Promise<void> {
    this.#ending = false;
    this.#launch();
    for (const end = Date.now() + patienceMs; !(await this.ready()); await sleep(100)) {
      if (this.crashes > 0 || Date.now() > end) throw new Error(`${this.name} is not ready: see ${this.#options.log}`);
    }
  }

  #launch(): void {
    const { args, kubeconfig, heapMiB, probePort, log } = this.#options;
    const env = { ...process.env, KUBECONFIG: kubeconfig, POD_NAMESPACE: 'standpipe-system' };
    const node = [`--max-old-space-size=${heapMiB}`, '--inspect=127.0.0.1:0', main];
    const child = spawn(process.execPath, [...node, ...args, '--probe-port', String(probePort)], { env });
    const take = (chunk: Buffer): void => {
      appendFileSync(log, chunk);
      this.#inspector = /Debugger listening on (ws:\S+)/.exec(chunk.toString())?.[1] ?? this.#inspector;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', (code) => {
      if (this.#ending) return;
      if (code === exitCodes.leadLost) this.leadsLost++;
      else this.crashes++;
      // As the kubelet does with the first of such ends.
      this.#launch();
    });
    this.#child = child;
    this.startedAt = Date.now();
  }

  /** Whether it says that requests may come. */
  async ready(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.#options.probePort}/readyz`).catch(() => undefined);
    return answer?.ok === true;
  }

  /** Ends it with a signal, and resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#ending = true;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** The metrics page. */
  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#options.probePort}/metrics`)).text();
  }

  /** Resident memory in bytes. */
  residentBytes(): number {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  }

  /** The CPU time of its present life, in seconds. */
  cpuSeconds(): number {
    // After the name, which may hold spaces: state, then ten fields, then user and system time.
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticks;
  }

  /** What is on the heap when all garbage is gone, in bytes. */
  heapBytes(): Promise<number> {
    return heapAfterCollection(this.#inspector);
  }
}
