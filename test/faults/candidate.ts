import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { testConfig } from '../../operator/src/kube/testing/apiServer.ts';
import { eventually } from '../support/eventually.ts';
import { noTrials } from '../support/operator.ts';
import { FaultProxy } from './faultProxy.ts';

const main = join(import.meta.dirname, '../../operator/src/main.ts');

/** How long one may take to end before it is killed, in milliseconds. */
const patienceMs = 8_000;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a candidate differs from others. */
export interface CandidateOptions {
  /** By how much its clock is wrong. */
  readonly skewSeconds?: number;
  /** Further arguments of the controller. */
  readonly args?: readonly string[];
}

const skewed = join(import.meta.dirname, 'clockSkew.ts');

/** One of several controllers, as a process of its own that reaches the API server through a proxy of its own. */
export class Candidate {
  readonly proxy: FaultProxy;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #probePort: number;
  /** The moment from which the proxy's log counts, in monotonic milliseconds. */
  readonly #epoch: number;
  #output = '';

  private constructor(proxy: FaultProxy, token: string, probePort: number, options: CandidateOptions) {
    this.proxy = proxy;
    this.#epoch = performance.now();
    this.#probePort = probePort;
    this.#folder = mkdtempSync(join(tmpdir(), 'standpipe-candidate-'));
    const [kubeconfig, settings] = [join(this.#folder, 'kubeconfig'), join(this.#folder, 'settings.yaml')];
    writeFileSync(kubeconfig, proxy.config(token).exportConfig());
    writeFileSync(settings, `${noTrials}image: example.org/sidecar:1\n`);
    const env = { ...process.env, KUBECONFIG: kubeconfig, POD_NAMESPACE: 'standpipe-system' };
    const { skewSeconds, args = [] } = options;
    const controller = [main, 'controller', '--settings', settings, '--probe-port', String(probePort), ...args];
    this.#child =
      skewSeconds === undefined
        ? spawn(process.execPath, controller, { env })
        : spawn(process.execPath, ['--import', skewed, ...controller], {
            env: { ...env, CLOCK_SKEW_SECONDS: String(skewSeconds) },
          });
    const take = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Starts one and waits until it is ready. @param token of the controller's service account */
  static async start(token: string, probePort: number, options: CandidateOptions = {}): Promise<Candidate> {
    const proxy = await FaultProxy.start(testConfig(), { tls: true });
    const candidate = new Candidate(proxy, token, probePort, options);
    await eventually(async () => {
      const ready = await fetch(`http://127.0.0.1:${probePort}/readyz`).catch(() => undefined);
      expect(ready?.ok, candidate.output).toBe(true);
    });
    return candidate;
  }

  /** What it printed. */
  get output(): string {
    return this.#output;
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The name by which it stands in the Lease. */
  get holder(): string {
    return /"holder":"([^"]+)"/.exec(this.#output)?.[1] ?? '';
  }

  /** The moments at which its writes reached its proxy, in monotonic milliseconds. */
  get writes(): readonly number[] {
    return this.proxy.log.writes().map(({ at }) => this.#epoch + at * 1000);
  }

  /** Whether it says of itself that it leads. */
  async leads(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.#probePort}/metrics`);
    return (await answer.text()).includes('leader_election_master_status{name="standpipe-controller"} 1');
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, in good order if it can, and its proxy. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.exited;
    clearTimeout(late);
    await this.proxy.stop();
    rmSync(this.#folder, { recursive: true });
  }
}
