import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must } from '../cluster/command.ts';
import { freePort, type ReadPathChoice, readPaths, type Sidecar, startSidecar } from './processes.ts';
import { pythonPackages } from './suites.ts';

/** What tornado tests of HTTP/1 (keep-alive, pipelining, chunks, 100-continue, TLS, limits) and of WebSocket. */
const modules = ['websocket_test', 'httpserver_test', 'http1connection_test', 'simple_httpclient_test'];

type Outcomes = Readonly<Record<string, 'passed' | 'failed' | 'skipped'>>;

const script = join(import.meta.dirname, 'python/tornado_tests.py');
const folder = mkdtempSync(join(tmpdir(), 'tornado-'));
let direct: Outcomes;
const tapped = new Map<ReadPathChoice, { readonly sidecar: Sidecar; readonly found: Outcomes }>();

/** What becomes of each test whose servers listen on one port and whose clients call another. */
async function outcomes(path: string, app: number, called: number): Promise<Outcomes> {
  const file = join(folder, `${called}.json`);
  const env = { ...process.env, PYTHONPATH: path, ASYNC_TEST_TIMEOUT: '60' };
  await must(['python3', script, String(app), String(called), file, ...modules], { env });
  const found = JSON.parse(readFileSync(file, 'utf8')) as Outcomes;
  // Those about time limits of a tenth of a second test how busy the machine is.
  return Object.fromEntries(Object.entries(found).filter(([name]) => !/timeout/i.test(name)));
}

beforeAll(async () => {
  const path = await pythonPackages('tornado');
  const throughSidecar = async (readPath: ReadPathChoice): Promise<void> => {
    const app = await freePort();
    const sidecar = await startSidecar(app, readPath);
    tapped.set(readPath, { sidecar, found: await outcomes(path, app, sidecar.port) });
  };
  const port = await freePort();
  [direct] = await Promise.all([outcomes(path, port, port), ...readPaths.map(throughSidecar)]);
}, 600_000);

afterAll(async () => {
  for (const { sidecar } of tapped.values()) await sidecar.stop();
  rmSync(folder, { recursive: true });
});

test('tornado passes its tests without a sidecar', () => {
  expect(Object.values(direct).filter((outcome) => outcome === 'passed').length).toBeGreaterThan(260);
});

test.each(readPaths)('tornado passes the same tests through a sidecar that reads by the path %s', async (readPath) => {
  const { sidecar, found } = tapped.get(readPath) ?? expect.fail('it was not run');
  expect(found).toEqual(direct);
  await expect.poll(() => sidecar.samples('standpipe_tap_open_connections'), { timeout: 30_000 }).toEqual({ port: 0 });
  expect(await sidecar.samples('http_server_active_requests')).toEqual({ port: 0 });
  const reasons = await sidecar.samples('standpipe_tap_opaque_connections_total');
  expect(reasons).not.toHaveProperty(['port parser-error']);
  // Each WebSocket that was opened.
  expect(reasons['port upgrade']).toBeGreaterThan(50);
});
