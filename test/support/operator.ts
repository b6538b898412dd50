import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { kubectl } from '../e2e/kubectl.ts';

const root = join(import.meta.dirname, '../..');

interface KubeConfigFile {
  users: { name: string; user: { token?: string } }[];
}

type Component = 'controller' | 'webhook';

/** Where each process answers probes and shows its metrics. */
export const probePorts: Readonly<Record<Component, number>> = { controller: 18_081, webhook: 18_082 };

/** Without a kubelet, no trial pod can tell whether the image of the sidecars starts. */
export const noTrials = 'canary: {image: false}\n';

/** How the manifests are installed, and where they put the operator. */
export interface Installation {
  readonly namespace: string;
  readonly canaryNamespace: string;
  readonly apply: () => Promise<unknown>;
}

const asDelivered: Installation = {
  namespace: 'standpipe-system',
  canaryNamespace: 'standpipe-canary',
  apply: () => kubectl(['apply', '-k', join(root, 'deploy/base')]),
};

/** The operator as two processes beside a cluster without a kubelet, each with its own service account's rights. */
export class OperatorProcesses {
  readonly #installation: Installation;
  readonly folder = mkdtempSync(join(tmpdir(), 'standpipe-operator-'));
  /** Further arguments of both processes. */
  options: readonly string[] = [];
  readonly #children = new Map<Component, ChildProcess>();

  constructor(installation: Installation = asDelivered) {
    this.#installation = installation;
  }

  /** Installs the manifests, starts both processes and waits until they are ready. */
  async start(settings: string): Promise<void> {
    await this.install(settings);
    await this.run('controller');
    await this.run('webhook');
  }

  /** Installs the manifests and makes what the processes need. @param settings beside the trial of the image */
  async install(settings: string): Promise<void> {
    await kubectl(['apply', '-f', join(root, 'crds')]);
    // An earlier test of the same cluster may have left one that leads to a URL.
    await kubectl(['delete', 'mutatingwebhookconfiguration', 'standpipe', '--ignore-not-found']);
    await this.#installation.apply();
    await this.#webhookByUrl();
    this.configure(`${noTrials}${settings}`);
    const { namespace } = this.#installation;
    await kubeconfigOf('controller', this.folder, namespace);
    await kubeconfigOf('webhook', this.folder, namespace);
  }

  /** Writes the settings, which the controller reads when it starts. */
  configure(settings: string): void {
    writeFileSync(join(this.folder, 'settings.yaml'), settings);
  }

  /** The token of a component's service account. */
  token(component: Component): string {
    const config = parse(readFileSync(this.kubeconfig(component), 'utf8')) as KubeConfigFile;
    return config.users[0]?.user.token ?? '';
  }

  /** The file that leads a component to the API server; it may be written anew before the component is run. */
  kubeconfig(component: Component): string {
    return join(this.folder, `${component}.kubeconfig`);
  }

  /** Starts a component and waits until it is ready. */
  async run(component: Component): Promise<void> {
    const child = this.launch(component);
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      if (child.exitCode !== null) break;
      const ready = await fetch(`http://127.0.0.1:${probePorts[component]}/readyz`).catch(() => undefined);
      if (ready?.ok === true) return;
    }
    throw new Error(`the ${component} is not ready:\n${this.logs(component)}`);
  }

  /** Starts a component; its log goes on where an earlier run of it ended. */
  launch(component: Component): ChildProcess {
    const { namespace, canaryNamespace } = this.#installation;
    const own = { POD_NAMESPACE: namespace, STANDPIPE_CANARY_NAMESPACE: canaryNamespace };
    const env = { ...process.env, ...own, KUBECONFIG: this.kubeconfig(component) };
    const child = spawn(process.execPath, [join(root, 'operator/src/main.ts'), ...this.#arguments(component)], { env });
    const log = createWriteStream(join(this.folder, `${component}.log`), { flags: 'a' });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#children.set(component, child);
    return child;
  }

  /** Ends a component with a signal, and resolves when it has ended. */
  async end(component: Component, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#children.get(component);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** The log lines of a component so far. */
  logs(component: Component): string {
    return readFileSync(join(this.folder, `${component}.log`), 'utf8');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children.keys()].map((component) => this.end(component, 'SIGTERM')));
    rmSync(this.folder, { recursive: true });
  }

  /** No kubelet runs the webhook's pods and no proxy leads to its Service, so the API server calls the process itself. */
  async #webhookByUrl(): Promise<void> {
    const value = { url: 'https://localhost:18443/inject' };
    const patch = JSON.stringify([{ op: 'replace', path: '/webhooks/0/clientConfig', value }]);
    await kubectl(['patch', 'mutatingwebhookconfiguration', 'standpipe', '--type=json', '-p', patch]);
  }

  #arguments(component: Component): string[] {
    const probe = ['--probe-port', String(probePorts[component])];
    const settings = ['--settings', join(this.folder, 'settings.yaml')];
    return component === 'controller'
      ? ['controller', ...settings, '--webhook-name', 'localhost', ...probe, ...this.options]
      : ['webhook', '--port', '18443', ...probe, ...this.options];
  }
}

/** Writes a kubeconfig by which a component's own service account is used, and returns its path. */
export async function kubeconfigOf(
  component: Component,
  folder: string,
  namespace = asDelivered.namespace,
): Promise<string> {
  const token = await kubectl(['-n', namespace, 'create', 'token', `standpipe-${component}`, '--duration=24h']);
  const config = parse(readFileSync(process.env.KUBECONFIG ?? '', 'utf8')) as KubeConfigFile;
  for (const user of config.users) user.user = { token: token.trim() };
  const path = join(folder, `${component}.kubeconfig`);
  writeFileSync(path, stringify(config));
  return path;
}
