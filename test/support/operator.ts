import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { kubectl } from '../e2e/kubectl.ts';

const root = join(import.meta.dirname, '../..');

interface KubeConfigFile {
  users: { name: string; user: object }[];
}

/** The operator as two processes beside a cluster without a kubelet, each with its own service account's rights. */
export class OperatorProcesses {
  readonly folder = mkdtempSync(join(tmpdir(), 'standpipe-operator-'));
  readonly #children: ChildProcess[] = [];

  /** Installs the manifests, starts both processes and waits until they are ready. */
  async start(settings: string): Promise<void> {
    await kubectl(['apply', '-f', join(root, 'crds')]);
    await kubectl(['apply', '-k', join(root, 'deploy/base')]);
    await this.#webhookByUrl();
    const settingsPath = join(this.folder, 'settings.yaml');
    writeFileSync(settingsPath, settings);
    const controller = [
      'controller',
      '--settings',
      settingsPath,
      '--webhook-name',
      'localhost',
      '--probe-port',
      '18081',
    ];
    await this.#spawn('controller', controller, 18_081);
    await this.#spawn('webhook', ['webhook', '--port', '18443', '--probe-port', '18082'], 18_082);
  }

  /** The log lines of a component so far. */
  logs(component: 'controller' | 'webhook'): string {
    return readFileSync(join(this.folder, `${component}.log`), 'utf8');
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      }),
    );
    rmSync(this.folder, { recursive: true });
  }

  /** No kubelet runs the webhook's pods and no proxy leads to its Service, so the API server calls the process itself. */
  async #webhookByUrl(): Promise<void> {
    const value = { url: 'https://localhost:18443/inject' };
    const patch = JSON.stringify([{ op: 'replace', path: '/webhooks/0/clientConfig', value }]);
    await kubectl(['patch', 'mutatingwebhookconfiguration', 'standpipe', '--type=json', '-p', patch]);
  }

  async #spawn(component: 'controller' | 'webhook', args: readonly string[], probePort: number): Promise<void> {
    const env = {
      ...process.env,
      KUBECONFIG: await kubeconfigOf(component, this.folder),
      POD_NAMESPACE: 'standpipe-system',
    };
    const child = spawn(process.execPath, [join(root, 'operator/src/main.ts'), ...args], { env });
    const log = createWriteStream(join(this.folder, `${component}.log`));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#children.push(child);
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      if (child.exitCode !== null) break;
      const ready = await fetch(`http://127.0.0.1:${probePort}/readyz`).catch(() => undefined);
      if (ready?.ok === true) return;
    }
    throw new Error(`the ${component} is not ready:\n${this.logs(component)}`);
  }
}

/** Writes a kubeconfig by which a component's own service account is used, and returns its path. */
export async function kubeconfigOf(component: 'controller' | 'webhook', folder: string): Promise<string> {
  const token = await kubectl(['-n', 'standpipe-system', 'create', 'token', `standpipe-${component}`, '--duration=2h']);
  const config = parse(readFileSync(process.env.KUBECONFIG ?? '', 'utf8')) as KubeConfigFile;
  for (const user of config.users) user.user = { token: token.trim() };
  const path = join(folder, `${component}.kubeconfig`);
  writeFileSync(path, stringify(config));
  return path;
}
