import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../cluster/command.ts';
import { type Listener, readPaths, startServer, startSidecar } from './processes.ts';
import { type GoPrograms, goPrograms } from './suites.ts';

let programs: GoPrograms;
let server: Listener;
let direct: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'h2spec-'));

/** The outcome of each of h2spec's tests by section and title, for a server on that port. */
async function outcomes(port: number): Promise<Record<string, string>> {
  const report = join(folder, `${port}.xml`);
  await run([programs.h2spec, '--port', String(port), '--timeout', '2', '--junit-report', report]);
  const found: Record<string, string> = {};
  for (const [, section, title, rest] of readFileSync(report, 'utf8').matchAll(
    /<testcase package="([^"]*)" classname="([^"]*)"[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g,
  )) {
    found[`${section} ${title}`] = /<(failure|skipped|error)/.exec(rest ?? '')?.[1] ?? 'passed';
  }
  return found;
}

beforeAll(async () => {
  programs = await goPrograms();
  server = await startServer([programs.peer, 'http2']);
  direct = await outcomes(server.port);
}, 600_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('h2spec finds what it tests in the server itself', () => {
  const results = Object.values(direct);
  expect(results.length).toBeGreaterThan(100);
  expect(results.filter((result) => result === 'passed').length).toBeGreaterThan(100);
});

test.each(readPaths)(
  'h2spec finds the same, test for test, through a sidecar that reads by the path %s',
  async (readPath) => {
    const sidecar = await startSidecar(server.port, readPath);
    try {
      expect(await outcomes(sidecar.port)).toEqual(direct);
      // The server waits for a second before it closes what it has refused.
      const open = () => sidecar.samples('standpipe_tap_open_connections');
      await expect.poll(open, { timeout: 30_000 }).toEqual({ port: 0 });
      expect(await sidecar.samples('http_server_active_requests')).toEqual({ port: 0 });
      expect(await sidecar.samples('standpipe_tap_opaque_connections_total')).not.toHaveProperty(['port parser-error']);
    } finally {
      await sidecar.stop();
    }
  },
);
