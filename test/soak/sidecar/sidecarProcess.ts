import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowanceFor, PageParser } from '../../../sidecars/metrics/src/exposition/page-parser.ts';
import { must } from '../../cluster/command.ts';
import { freePort, type ReadPathChoice } from '../../conformance/processes.ts';
import { type Inside, Inspected } from './inspected.ts';
import { pageText } from './page.ts';
import { type AppPlaces, appPorts, type Places } from './ports.ts';

const root = join(import.meta.dirname, '../../..');

/** The program as it goes into images, or as it is written. */
export type Source = 'bundle' | 'src';

/** The node flags of injected pods (operator/src/inject/sidecars.ts). */
const flags = ['--max-semi-space-size=1', '--max-old-space-size=48'];

/** Fewer than a crowd of clients opens. */
const maxConnections = 200;

export interface SidecarOptions {
  readonly app: AppPlaces;
  readonly source: Source;
  readonly readPath: ReadPathChoice;
  /** Takes its configuration and its log. */
  readonly folder: string;
}

/** The sidecar as a process that can be looked into. */
export class SidecarProcess {
  readonly taps: Places;
  readonly pagePort: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #page: number;
  #inspected: Inspected | undefined;
  #generation = 0;

  private constructor(child: ChildProcess, taps: Places, pagePort: number, { app, folder }: SidecarOptions) {
    this.#child = child;
    this.taps = taps;
    this.pagePort = pagePort;
    this.#folder = folder;
    this.#page = app.page;
  }

  /** Starts it in front of the app and waits until it listens. */
  static async start(options: SidecarOptions): Promise<SidecarProcess> {
    const { app, source, readPath, folder } = options;
    if (source === 'bundle') await must([process.execPath, join(root, 'scripts/bundle.ts'), 'metrics']);
    const program = join(root, source === 'bundle' ? 'dist/metrics.mjs' : 'sidecars/metrics/src/main.ts');
    const listens: [string, number][] = [];
    for (const name of appPorts) listens.push([name, await freePort()]);
    const taps = Object.fromEntries(listens) as Places;
    const pagePort = await freePort();
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      POD_IPS: '127.0.0.1',
      STANDPIPE_TAPS: JSON.stringify(
        appPorts.map((name) => ({ name, listen: taps[name], app: app.ports[name], protocol: 'http' })),
      ),
      STANDPIPE_CONFIG_FILE: join(folder, 'metrics.json'),
      STANDPIPE_LISTEN_HOSTS: '127.0.0.1',
      STANDPIPE_PAGE_PORT: String(pagePort),
      STANDPIPE_MAX_CONNECTIONS: String(maxConnections),
      STANDPIPE_READ_PATH: readPath,
    };
    const child = spawn(process.execPath, [...flags, '--inspect=127.0.0.1:0', program], { env });
    process.once('exit', () => child.kill('SIGKILL'));
    const sidecar = new SidecarProcess(child, taps, pagePort, options);
    sidecar.configure();
    sidecar.#inspected = await Inspected.connect(await sidecar.#inspectorUrl());
    while (!(await sidecar.#isReady())) {
      if (child.exitCode !== null) throw new Error(`the sidecar has ended: see ${folder}/sidecar.log`);
      await sleep(50);
    }
    return sidecar;
  }

  /** Whether it has ended although nobody has ended it. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Gives it another configuration: what is counted stays the same. */
  configure(): void {
    this.#generation += 1;
    const scrape = [{ name: 'app', port: this.#page, path: '/metrics' }];
    const turn = this.#generation;
    const changing = { generation: `g${turn}`, forwardedFor: turn % 2 === 0, scrapeTimeoutMs: 300 + (turn % 3) * 100 };
    const path = join(this.#folder, 'metrics.json');
    // In one move, as a ConfigMap's volume does it.
    writeFileSync(`${path}.new`, JSON.stringify({ ...changing, maxSeries: 3000, scrape }));
    renameSync(`${path}.new`, path);
  }

  /** Its page: name and values of labels, parted by blanks, and the value. */
  async page(): Promise<ReadonlyMap<string, number>> {
    const parser = new PageParser('text', allowanceFor(100_000));
    parser.push(await pageText(this.pagePort, '/metrics'));
    const samples = parser.end().families.flatMap((family) => family.samples);
    return new Map(
      samples.map(({ name, labels, value }) => [[name, ...labels.map(([, text]) => text)].join(' '), Number(value)]),
    );
  }

  /** What it says of itself. */
  async look(): Promise<Inside> {
    return this.#inspector.look();
  }

  /** Has it collect its garbage, twice: what waits for a finalizer goes in the second turn. */
  async collect(): Promise<void> {
    for (let i = 0; i < 2; i += 1) await this.#inspector.collect();
  }

  /** Memory that no file stands behind, in bytes (Linux, proc(5), smaps_rollup). */
  get anonymousBytes(): number {
    const text = readFileSync(`/proc/${this.#child.pid}/smaps_rollup`, 'utf8');
    return Number(/^Anonymous:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024;
  }

  get openFiles(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  async stop(): Promise<void> {
    this.#inspected?.close();
    if (this.hasEnded) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  get #inspector(): Inspected {
    if (this.#inspected === undefined) throw new Error('the inspector is not connected yet');
    return this.#inspected;
  }

  async #isReady(): Promise<boolean> {
    const said = await pageText(this.pagePort, '/startup').catch(() => '');
    return said.includes('All taps listen');
  }

  /** Has its output written to a file, and returns the address that it prints first. */
  #inspectorUrl(): Promise<string> {
    const log = createWriteStream(join(this.#folder, 'sidecar.log'));
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#child.once('exit', () => reject(new Error('the sidecar has ended at once')));
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.on('data', (piece: Buffer) => {
      log.write(piece);
      const url = /Debugger listening on (ws:\S+)/.exec(piece.toString())?.[1];
      if (url !== undefined) resolve(url);
    });
    return promise;
  }
}
