import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from '../api/platform.ts';
import { kubectl, newNamespace } from '../e2e/kubectl.ts';
import { TcpProxy } from '../faults/tcpProxy.ts';
import { noTrials, OperatorProcesses } from '../support/operator.ts';
import { Balancer } from './balancer.ts';
import { OperatorProcess } from './operatorProcess.ts';

/** The settings that the operator begins with, and those that it gets on the way. */
const settings = {
  first: `image: example.org/sidecar:1\n${noTrials}`,
  second: `image: example.org/sidecar:2\n${noTrials}`,
};

/** Where API servers call the webhook: the test's installation says so. */
const webhookPort = 18_443;

/**
 * The operator as in production, but for the node: a controller, and two webhooks behind a balancer. Each reaches the
 * API server through a connection that can be cut.
 */
export class Stage {
  readonly controller: OperatorProcess;
  /** The first one stays, so that its memory can be judged; the second one is restarted. */
  readonly webhooks: readonly [OperatorProcess, OperatorProcess];
  readonly balancer: Balancer;
  readonly #installation: OperatorProcesses;
  readonly #proxies: readonly TcpProxy[];

  private constructor(installation: OperatorProcesses, proxies: readonly TcpProxy[], folder: string) {
    this.#installation = installation;
    this.#proxies = proxies;
    const settingsFile = join(folder, 'settings.yaml');
    const make = (name: string, heapMiB: number, i: number, ...args: string[]) => {
      const component = name === 'controller' ? 'controller' : 'webhook';
      const kubeconfig = through(
        installation.kubeconfig(component),
        proxies[i]?.port ?? 0,
        join(folder, `${name}.kubeconfig`),
      );
      const log = join(folder, `${name}.log`);
      return new OperatorProcess({ name, args: [component, ...args], kubeconfig, heapMiB, probePort: 18_081 + i, log });
    };
    // Bounds of the heap: deploy/base.
    this.controller = make('controller', 384, 0, '--settings', settingsFile, '--webhook-name', 'localhost');
    const webhook = (name: string, i: number) => make(name, 192, i, '--port', String(webhookPort + i));
    this.webhooks = [webhook('webhook-1', 1), webhook('webhook-2', 2)];
    this.balancer = new Balancer(
      this.webhooks.map((one, i) => ({ port: webhookPort + i + 1, ready: () => one.ready() })),
    );
    this.#settingsFile = settingsFile;
  }

  readonly #settingsFile: string;

  /** Installs the operator and starts it. @param folder for logs and other files */
  static async set(folder: string): Promise<Stage> {
    const installation = new OperatorProcesses();
    await installation.install('');
    await kubectl(['apply', '-f', '-'], platform);
    const proxies = await Promise.all([0, 1, 2].map(() => TcpProxy.start('127.0.0.1', 6443)));
    const stage = new Stage(installation, proxies, folder);
    writeFileSync(stage.#settingsFile, settings.first);
    for (const process of stage.processes) await process.start();
    await stage.balancer.listen(webhookPort);
    return stage;
  }

  get processes(): readonly OperatorProcess[] {
    return [this.controller, ...this.webhooks];
  }

  /** Makes namespaces that the platform's Broker knows. */
  static namespaces(count: number): Promise<readonly string[]> {
    return Promise.all(Array.from({ length: count }, () => newNamespace('soak', { team: 'shop' })));
  }

  /** Breaks all connections of a process to the API server. */
  cut(process: OperatorProcess): void {
    const proxy = this.#proxies[this.processes.indexOf(process)];
    if (proxy === undefined) return;
    proxy.fault = { do: 'reset' };
    proxy.fault = { do: 'none' };
  }

  /** Changes the platform's settings, which starts the controller again. */
  async changeSettings(): Promise<void> {
    writeFileSync(this.#settingsFile, settings.second);
    await this.controller.end('SIGTERM');
    await this.controller.start();
  }

  async strike(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.end('SIGTERM')));
    await this.balancer.stop();
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.#installation.stop();
  }
}

/** Copies a kubeconfig so that it leads to another port of this machine, and returns the copy's path. */
function through(path: string, port: number, copy: string): string {
  writeFileSync(copy, readFileSync(path, 'utf8').replace(/(server: "?https:\/\/127\.0\.0\.1:)\d+/, `$1${port}`));
  return copy;
}
