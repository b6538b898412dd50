import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must } from '../cluster/command.ts';
import { freePort, readPaths, startSidecar } from './processes.ts';
import { tornado } from './suites.ts';

/** What tornado tests of HTTP/1 (keep-alive, pipelining, chunks, 100-continue, TLS, limits) and of WebSocket. */
const modules = ['websocket_test', 'httpserver_test', 'http1connection_test', 'simple_httpclient_test'];

type Outcomes = Readonly<Record<string, 'passed' | 'failed' | 'skipped'>>;

const script = join(import.meta.dirname, 'python/tornado_tests.py');
const folder = mkdtempSync(join(tmpdir(), 'tornado-'));
let path = '';
let direct: Outcomes;

/** What becomes of each test whose servers listen on one port and whose clients call another. */
async function outcomes(app: number, called: number): Promise<Outcomes> {
  const file = join(folder, `${called}.json`);
  const env = { ...process.env, PYTHONPATH: path, ASYNC_TEST_TIMEOUT: '60' };
  await must(['python3', script, String(app), String(called), file, ...modules], { env });
  const found = JSON.parse(readFileSync(file, 'utf8')) as Outcomes;
  // Those about time limits of a tenth of a second test how busy the machine is.
  return Object.fromEntries(Object.entries(found).filter(([name]) => !/timeout/i.test(name)));
}

beforeAll(async () => {
  path = await tornado();
  const port = await freePort();
  direct = await outcomes(port, port);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true }));

test('tornado passes its tests without a sidecar', () => {
  expect(Object.values(direct).filter((outcome) => outcome === 'passed').length).toBeGreaterThan(260);
});

test.concurrent.each(readPaths)(
  'tornado passes the same tests through a sidecar that reads by the path %s',
  async (readPath) => {
    const app = await freePort();
    const sidecar = await startSidecar(app, readPath);
    try {
      expect(await outcomes(app, sidecar.port)).toEqual(direct);
      await expect
        .poll(() => sidecar.samples('standpipe_tap_open_connections'), { timeout: 30_000 })
        .toEqual({ port: 0 });
      expect(await sidecar.samples('http_server_active_requests')).toEqual({ port: 0 });
      const reasons = await sidecar.samples('standpipe_tap_opaque_connections_total');
      expect(reasons).not.toHaveProperty(['port parser-error']);
      // Each WebSocket that was opened.
      expect(reasons['port upgrade']).toBeGreaterThan(50);
    } finally {
      await sidecar.stop();
    }
  },
);
