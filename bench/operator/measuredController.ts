import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorProcesses } from '../../test/support/operator.ts';
import type { Probe } from './probe.ts';

const root = join(import.meta.dirname, '../..');
const probePort = 18_081;

/** Counters of the operator, summed over labels that do not matter here. */
export interface Counts {
  readonly reconciles: number;
  readonly errors: number;
  readonly depth: number;
  /** Calls of the API server by method. */
  readonly calls: Readonly<Record<string, number>>;
}

/** One run of the controller, from its start to its end. */
export class MeasuredController {
  readonly startedAt = Date.now();
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #probes: string;
  #probed = 0;

  /** @param profile a folder for a CPU profile; none is made where it is absent */
  constructor(operator: OperatorProcesses, label: string, profile: string | undefined) {
    this.#log = join(operator.folder, `${label}.log`);
    this.#probes = join(operator.folder, `${label}.probes`);
    const out = openSync(this.#log, 'a');
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const settings = ['--settings', join(operator.folder, 'settings.yaml')];
    const command = ['controller', ...settings, '--webhook-name', 'localhost', '--probe-port', String(probePort)];
    const preload = ['--import', join(import.meta.dirname, 'probe.ts')];
    this.#child = spawn(process.execPath, [...profiling, ...preload, join(root, 'operator/src/main.ts'), ...command], {
      stdio: ['ignore', out, out],
      env: {
        ...process.env,
        KUBECONFIG: operator.kubeconfig('controller'),
        POD_NAMESPACE: 'standpipe-system',
        STANDPIPE_BENCH_PROBE: this.#probes,
      },
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** When the caches were filled and work began, as the log says, in milliseconds since the epoch. */
  async workBegan(): Promise<number> {
    for (;;) {
      const line = this.#lines().find((text) => text.includes('The caches are filled, work starts'));
      if (line !== undefined) return Date.parse((JSON.parse(line) as { readonly time: string }).time);
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`the controller ended:\n${this.#lines().slice(-5).join('\n')}`);
      await sleep(50);
    }
  }

  /** What its page of metrics says now. */
  async counts(): Promise<Counts> {
    const page = await (await fetch(`http://127.0.0.1:${probePort}/metrics`)).text();
    const samples = [...page.matchAll(/^(\w+)\{([^}]*)\} (\S+)$/gm)].map(([, name, labels = '', value]) => ({
      name,
      labels,
      value: Number(value),
    }));
    const sum = (name: string, label: string) =>
      samples
        .filter((sample) => sample.name === name && sample.labels.includes(label))
        .reduce((total, { value }) => total + value, 0);
    const ofUs = 'controller="microservice"';
    const methods = ['GET', 'POST', 'PATCH', 'DELETE'];
    return {
      reconciles: sum('controller_runtime_reconcile_total', ofUs),
      errors: sum('controller_runtime_reconcile_errors_total', ofUs),
      depth: sum('workqueue_depth', ''),
      calls: Object.fromEntries(methods.map((m) => [m, sum('rest_client_requests_total', `method="${m}"`)])),
    };
  }

  /** Waits until so many attempts were made; resolves with the time at which that was seen. */
  async untilReconciled(count: number): Promise<number> {
    while ((await this.counts()).reconciles < count) await sleep(250);
    return Date.now();
  }

  /** Waits until nothing has been worked on for so long; resolves with the time of the last attempt, to 250 ms. */
  async untilAtRest(quietMs: number): Promise<number> {
    let [seen, since] = [-1, Date.now()];
    for (;;) {
      const { reconciles, depth } = await this.counts();
      if (reconciles !== seen || depth > 0) [seen, since] = [reconciles, Date.now()];
      if (Date.now() - since >= quietMs) return since;
      await sleep(250);
    }
  }

  /** Asks the probe within the process. */
  async probe(): Promise<Probe> {
    this.#child.kill('SIGUSR2');
    this.#probed++;
    for (;;) {
      const lines = existsSync(this.#probes) ? readFileSync(this.#probes, 'utf8').trim().split('\n') : [];
      const line = lines[this.#probed - 1];
      if (line !== undefined) return JSON.parse(line) as Probe;
      await sleep(20);
    }
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }

  /** What it had to complain about, for whoever reads the result. */
  complaints(): number {
    return this.#lines().filter((line) => /"level":"(warn|error)"/.test(line)).length;
  }

  #lines(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').split('\n') : [];
  }
}
