import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { must } from '../cluster/command.ts';
import { cases, givenUp, sumOf } from './grpc-cases.ts';
import { type Listener, readPaths, type Sidecar, startServer, startSidecar } from './processes.ts';
import { type GoPrograms, goPrograms } from './suites.ts';

let programs: GoPrograms;
let server: Listener;

/** Two cases that are not in every language's suite. */
const soaks = ['rpc_soak', 'channel_soak'];
const soakCalls = { 'port grpc.testing.TestService UnaryCall 0': 50 };
const expected = sumOf([...Object.values(cases).map(({ calls }) => calls), ...soaks.map(() => soakCalls)]);

beforeAll(async () => {
  programs = await goPrograms();
  server = await startServer([programs.peer, 'grpc-server']);
}, 600_000);

afterAll(() => server.stop());

describe.each(readPaths)('through a sidecar that reads by the path %s', (readPath) => {
  let sidecar: Sidecar;
  const call = (names: readonly string[]) => must([programs.peer, 'grpc-client', String(sidecar.port), ...names]);

  beforeEach(async () => {
    sidecar = await startSidecar(server.port, readPath);
  });

  afterEach(() => sidecar.stop());

  test('all calls of the interoperability suite go well and are counted by method and status', async () => {
    const names = [...Object.keys(cases), ...soaks];
    expect((await call(names)).trim().split('\n')).toEqual(names);
    await expect
      .poll(() => sidecar.samples('rpc_server_duration_seconds_count'), { timeout: 10_000 })
      .toEqual(expected);
    expect(await sidecar.samples('rpc_server_active_calls')).toEqual({ port: 0 });
    expect(await sidecar.samples('standpipe_tap_abandoned_requests_total')).toEqual({ port: 0 });
    expect(await sidecar.samples('standpipe_tap_opaque_connections_total')).toEqual({});
  });

  test('calls that their caller gives up leave nothing behind', async () => {
    const names = Object.keys(givenUp);
    expect((await call(names)).trim().split('\n')).toEqual(names);
    await expect.poll(() => sidecar.samples('rpc_server_active_calls'), { timeout: 10_000 }).toEqual({ port: 0 });
    const counted = Object.values(await sidecar.samples('rpc_server_duration_seconds_count'));
    const { port: abandoned = 0 } = await sidecar.samples('standpipe_tap_abandoned_requests_total');
    expect(counted.reduce((sum, one) => sum + one, abandoned)).toBeLessThanOrEqual(names.length);
    expect(abandoned).toBeGreaterThan(0);
    // Whoever gives up at once may leave before the server's first bytes are answered.
    const reasons = Object.keys(await sidecar.samples('standpipe_tap_opaque_connections_total'));
    expect(reasons.filter((reason) => reason !== 'port server-first')).toEqual([]);
  });
});
