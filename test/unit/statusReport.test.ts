import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchStatus } from '../../operator/src/controllers/liveReports.ts';
import { readStatusReport } from '../../operator/src/controllers/statusReport.ts';

/** What the metrics sidecar tells and what the controller reads are two programs' business: here they meet. */

const main = join(import.meta.dirname, '../../sidecars/metrics/src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'standpipe-status-'));
const config = join(folder, 'metrics.json');
const loopback = '127.0.0.1';
let taken: Server;
let sidecar: ChildProcess;
let page = 0;

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  taken = await listen();
  const free = await listen();
  page = portOf(free);
  await new Promise((resolve) => free.close(resolve));
  writeFileSync(config, JSON.stringify({ generation: 'g1', maxSeries: 100, scrape: [], scrapeTimeoutMs: 500 }));
  const tap = { name: 'http', listen: portOf(taken), app: 1, protocol: 'http' };
  const env = {
    POD_NAME: 'orders-1',
    POD_NAMESPACE: 'shop',
    POD_IPS: loopback,
    STANDPIPE_REVISION: 'r1',
    STANDPIPE_TAPS: JSON.stringify([tap]),
    STANDPIPE_CONFIG_FILE: config,
    STANDPIPE_PAGE_PORT: String(page),
    STANDPIPE_LISTEN_HOSTS: loopback,
  };
  sidecar = spawn(process.execPath, [main], { stdio: 'ignore', env });
});
afterAll(async () => {
  const ended = new Promise((resolve) => sidecar.once('exit', resolve));
  sidecar.kill('SIGKILL');
  await ended;
  taken.close();
  rmSync(folder, { recursive: true });
});

const report = async () =>
  readStatusReport((await fetchStatus(loopback, page)) ?? '', { namespace: 'shop', name: 'orders-1' });

test('a sidecar whose port is taken is read as one that does not work, until it is free', async () => {
  const problem = expect.stringMatching(/^tap http does not listen on port \d+: .*EADDRINUSE/);
  await expect.poll(report, { timeout: 20_000 }).toEqual({ revision: 'r1', generation: 'g1', problems: [problem] });
  await new Promise((resolve) => taken.close(resolve));
  await expect.poll(report, { timeout: 20_000 }).toEqual({ revision: 'r1', generation: 'g1', problems: [] });
});
