import { writeFileSync } from 'node:fs';
import { leases } from '../../operator/src/kube/builtin.ts';
import { testClient, testConfig } from '../../operator/src/kube/testing/apiServer.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { FaultProxy } from './faultProxy.ts';
import type { FaultPlan } from './plan.ts';

const lease = { namespace: 'standpipe-system', name: 'standpipe-controller' };

/** The operator with its controller behind a fault proxy, which can kill it; it is then started again at once. */
export class FaultedOperator {
  readonly processes = new OperatorProcesses();
  readonly #client = testClient();
  /** How often the controller was killed by a plan. */
  kills = 0;
  /** What it said when it ended in this run although nobody ended it; a kubelet would start it again, and so does this. */
  exits: string[] = [];
  #proxy: FaultProxy | undefined;
  #ending = false;

  /** The proxy of the present run. */
  get proxy(): FaultProxy {
    if (this.#proxy === undefined) throw new Error('The operator has not been started');
    return this.#proxy;
  }

  /** Installs everything and leaves the webhook running, which reaches the API server directly. */
  async install(settings: string): Promise<void> {
    await this.processes.start(settings);
    await this.processes.end('controller', 'SIGTERM');
  }

  /** Starts the controller behind a new proxy that follows a plan, and waits until its caches are filled. */
  async start(plan: FaultPlan): Promise<void> {
    this.#ending = false;
    this.exits = [];
    this.#proxy = await FaultProxy.start(testConfig(), { plan, tls: true, kill: () => this.#kill() });
    const config = this.#proxy.config(this.processes.token('controller'));
    writeFileSync(this.processes.kubeconfig('controller'), config.exportConfig());
    this.#launch();
    await eventually(async () => {
      const ready = await fetch('http://127.0.0.1:18081/readyz').catch(() => undefined);
      if (ready?.ok !== true) throw new Error(`The controller is not ready:\n${this.#lastWords()}`);
    });
  }

  /** Ends the controller and its proxy. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.processes.end('controller', 'SIGTERM');
    await this.#proxy?.stop();
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.end();
    await this.processes.stop();
    await this.#client.close();
  }

  /** The controller's metrics page; one that was just killed is waited for. */
  async metrics(): Promise<string> {
    return eventually(async () => (await fetch('http://127.0.0.1:18081/metrics')).text());
  }

  #launch(): void {
    const child = this.processes.launch('controller');
    child.once('exit', (_code, signal) => {
      if (this.#ending || signal === 'SIGKILL') return;
      this.exits.push(this.#lastWords());
      this.#launch();
    });
  }

  #lastWords(): string {
    return this.processes.logs('controller').split('\n').slice(-4).join('\n');
  }

  async #kill(): Promise<void> {
    this.kills++;
    await this.processes.end('controller', 'SIGKILL');
    await this.#giveUpLead();
    if (!this.#ending) this.#launch();
  }

  /** The leader is dead for sure, so nobody has to wait until its lease has run out. */
  async #giveUpLead(): Promise<void> {
    if ((await this.#client.find(leases, lease)) === undefined) return;
    const body = { metadata: lease, spec: { holderIdentity: '' } };
    await this.#client.apply(leases, body, { fieldManager: 'faults', force: true });
  }
}
