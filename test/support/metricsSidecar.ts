import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricsConfig, TapPort } from '../../operator/src/config/metrics.ts';
import { eventually } from './eventually.ts';

const main = join(import.meta.dirname, '../../sidecars/metrics/src/main.ts');

/** What one metrics sidecar runs with. */
export interface SidecarOptions {
  readonly microservice: string;
  /** By name: the app's port, and what it speaks. */
  readonly ports: Readonly<Record<string, Pick<TapPort, 'app' | 'protocol'>>>;
  readonly config: Pick<MetricsConfig, 'maxSeries' | 'scrape'>;
  /** Where the log sidecar has its page. */
  readonly logsPage: number;
}

/** A metrics sidecar as a process, for a Microservice of the namespace `shop`. */
export class MetricsSidecar {
  readonly pagePort: number;
  /** Where callers arrive, by the name of the port. */
  readonly listen: Readonly<Record<string, number>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'standpipe-metrics-'));
  readonly #child: ChildProcess;

  private constructor(options: SidecarOptions, pagePort: number, listen: Readonly<Record<string, number>>) {
    this.pagePort = pagePort;
    this.listen = listen;
    const configFile = join(this.#folder, 'metrics.json');
    writeFileSync(configFile, JSON.stringify({ generation: 'one', scrapeTimeoutMs: 500, ...options.config }));
    const taps = Object.entries(options.ports).map(([name, port]) => ({ name, listen: listen[name], ...port }));
    const env = {
      POD_IPS: '127.0.0.1',
      POD_NAME: `${options.microservice}-1`,
      POD_NAMESPACE: 'shop',
      STANDPIPE_MICROSERVICE: options.microservice,
      STANDPIPE_REVISION: 'r1',
      STANDPIPE_TAPS: JSON.stringify(taps),
      STANDPIPE_CONFIG_FILE: configFile,
      STANDPIPE_PAGE_PORT: String(pagePort),
      STANDPIPE_LOGS_PAGE_PORT: String(options.logsPage),
      STANDPIPE_LISTEN_HOSTS: '127.0.0.1',
    };
    this.#child = spawn(process.execPath, [main], { stdio: ['ignore', 'ignore', 'inherit'], env });
  }

  /** Starts one and waits until its taps listen. */
  static async start(options: SidecarOptions): Promise<MetricsSidecar> {
    const names = Object.keys(options.ports);
    const [pagePort = 0, ...listen] = await freePorts(names.length + 1);
    const sidecar = new MetricsSidecar(
      options,
      pagePort,
      Object.fromEntries(names.map((name, i) => [name, listen[i] ?? 0])),
    );
    await eventually(async () => {
      const { status } = await fetch(`http://127.0.0.1:${pagePort}/startup`);
      if (status !== 200) throw new Error(`the sidecar has not started: ${status}`);
    });
    return sidecar;
  }

  /** Its page in text 0.0.4. */
  async page(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.pagePort}/metrics`)).text();
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Ports of loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(held.map((server) => once(server, 'listening')));
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}
