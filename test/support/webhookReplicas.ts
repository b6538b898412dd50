import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import type { OperatorProcesses } from './operator.ts';
import { RoundRobin } from './roundRobin.ts';

interface Replica {
  readonly port: number;
  readonly probePort: number;
  process: ChildProcess;
}

/** Where API servers are told to call: the address of all replicas. */
const addressPort = 18_443;

/** Replicas of the webhook behind one address, which leads to those that are ready, as a Service does. */
export class WebhookReplicas {
  readonly #address = new RoundRobin();
  readonly #operator: OperatorProcesses;
  readonly #replicas: Replica[] = [];
  readonly #end = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #log = '';
  /** Where the address leads instead of to the replicas. */
  #elsewhere: number | undefined;

  /** @param operator what is installed; its webhook must not run */
  constructor(operator: OperatorProcesses) {
    this.#operator = operator;
  }

  /** Has the address lead to some other local port, or back to the replicas. Connections that are open are cut. */
  leadTo(port?: number): void {
    this.#elsewhere = port;
    this.#address.turnTo(...(port === undefined ? [] : [port]));
  }

  /** Starts so many replicas. They are ready when the certificate has come. */
  async start(count: number): Promise<void> {
    await this.#address.listen(addressPort);
    for (let index = 1; index <= count; index++) {
      const ports = { port: addressPort + 10 * index, probePort: addressPort + 10 * index + 1 };
      this.#replicas.push({ ...ports, process: this.#launch(ports) });
    }
    this.#following = this.#follow();
  }

  /** Waits until the address leads to all of them. */
  async ready(): Promise<void> {
    await eventually(async () => {
      const { length } = this.#replicas;
      if (this.#address.targets.length < length)
        throw new Error(`not all of ${length} replicas are ready: ${this.#log}`);
    });
  }

  /** The ports of the replicas themselves. */
  get ports(): readonly number[] {
    return this.#replicas.map(({ port }) => port);
  }

  /** The metrics pages of all replicas, one after the other. */
  async metrics(): Promise<string> {
    const pages = this.#replicas.map(({ probePort }) => fetch(`http://localhost:${probePort}/metrics`));
    return (await Promise.all((await Promise.all(pages)).map((page) => page.text()))).join('\n');
  }

  /** Tells a replica to end and waits until it has. */
  async end(index: number): Promise<void> {
    await end(this.#at(index).process);
  }

  /** Starts a replica that has ended once more. */
  restart(index: number): void {
    const replica = this.#at(index);
    replica.process = this.#launch(replica);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#following;
    await Promise.all(this.#replicas.map(({ process }) => end(process)));
    await this.#address.close();
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index];
    if (replica === undefined) throw new RangeError(`there is no replica ${index}`);
    return replica;
  }

  /** Follows the replicas' readiness, as a kubelet does with its probes. */
  async #follow(): Promise<void> {
    for (; !this.#end.signal.aborted; await sleep(200)) {
      const ready = await Promise.all(this.#replicas.map(isReady));
      if (this.#elsewhere === undefined) this.#address.targets = this.ports.filter((_, index) => ready[index] === true);
    }
  }

  #launch({ port, probePort }: Pick<Replica, 'port' | 'probePort'>): ChildProcess {
    const main = join(import.meta.dirname, '../../operator/src/main.ts');
    const args = [main, 'webhook', '--port', String(port), '--probe-port', String(probePort)];
    const env = { ...process.env, KUBECONFIG: this.#operator.kubeconfig('webhook'), POD_NAMESPACE: 'standpipe-system' };
    const child = spawn(process.execPath, args, { env });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (this.#log += bytes));
    return child;
  }
}

async function isReady({ probePort }: Replica): Promise<boolean> {
  const answer = await fetch(`http://localhost:${probePort}/readyz`).catch(() => undefined);
  return answer?.ok === true;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
