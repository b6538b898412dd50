import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { allowanceFor, PageParser } from '../exposition/page-parser.ts';
import { listen, rawServer } from '../tap/testing/world.ts';

/** A sidecar as a process in front of a small app, for one test. */
interface World {
  folder: string;
  appPort: number;
  /** What the app says of itself. */
  appPage: string;
  child: ChildProcess;
  ports: { tap: number; page: number; logs: number };
}

/** Made anew for each test of a file that imports this. */
export const world = {} as World;
const servers: Server[] = [];

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = Array.from({ length: count }, () => rawServer(() => {}));
  const numbers = await Promise.all(held.map((server) => listen(server)));
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return numbers;
}

export async function configure(change: object = {}): Promise<void> {
  const scrape = [{ name: 'http', port: world.appPort, path: '/metrics' }];
  const config = { generation: 'g1', maxSeries: 2000, scrape, scrapeTimeoutMs: 500, ...change };
  await writeFile(join(world.folder, 'metrics.json'), JSON.stringify(config));
}

export async function serve(answer: Parameters<typeof createServer>[1], port = 0): Promise<[Server, number]> {
  const server = createServer(answer);
  servers.push(server);
  return [server, await listen(server, port)];
}

export function start(env: Record<string, string> = {}): void {
  const taps = [{ name: 'http', listen: world.ports.tap, app: world.appPort, protocol: 'http' }];
  world.child = spawn(process.execPath, [new URL('../main.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      POD_IPS: '127.0.0.1',
      POD_NAME: 'pod-1',
      STANDPIPE_REVISION: 'r1',
      STANDPIPE_TAPS: JSON.stringify(taps),
      STANDPIPE_CONFIG_FILE: join(world.folder, 'metrics.json'),
      STANDPIPE_PAGE_PORT: String(world.ports.page),
      STANDPIPE_LOGS_PAGE_PORT: String(world.ports.logs),
      STANDPIPE_LISTEN_HOSTS: '127.0.0.1',
      ...env,
    },
  });
}

export const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${world.ports.page}${path}`, { headers });

/** What a test reads of `/status`. */
interface Status {
  readonly configuration: { readonly generation: string; readonly problems: readonly string[] };
  readonly environment: { readonly problems: readonly string[] };
  readonly targets: readonly { readonly name: string; readonly problem?: string }[];
  readonly taps: readonly object[];
  readonly series: object | null;
}

export const status = async () => (await (await get('/status')).json()) as Status;
const answers = async (path: string, wanted: number) => (await get(path).catch(() => undefined))?.status === wanted;
export const startup = (wanted: number) =>
  expect.poll(() => answers('/startup', wanted), { timeout: 60_000 }).toBe(true);

/** The page as `name{labels}` and value; fails on anything that is not a proper page. */
export async function metrics(): Promise<Record<string, string>> {
  const parser = new PageParser('text', allowanceFor(100_000));
  parser.push(await (await get('/metrics')).text());
  const { families, skippedLines } = parser.end();
  expect(skippedLines).toBe(0);
  const samples = families.flatMap((family) => family.samples);
  const text = (labels: readonly (readonly string[])[]) => labels.map(([name, value]) => `${name}=${value}`).join(',');
  return Object.fromEntries(samples.map((each) => [`${each.name}{${text(each.labels)}}`, each.value]));
}

beforeEach(async () => {
  world.folder = await mkdtemp(join(tmpdir(), 'standpipe-metrics-'));
  world.appPage = '# TYPE jobs_total counter\njobs_total{kind="a"} 7\n';
  [, world.appPort] = await serve((request, response) => {
    if (request.url === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(world.appPage);
    else response.end('hello');
  });
  const [tap = 0, page = 0, logsPort = 0] = await freePorts(3);
  world.ports = { tap, page, logs: logsPort };
  await configure();
});

afterEach(async () => {
  if (world.child.exitCode === null && world.child.signalCode === null) {
    world.child.kill('SIGKILL');
    await once(world.child, 'exit');
  }
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(world.folder, { recursive: true });
});
