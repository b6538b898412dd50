import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { must } from '../cluster/command.ts';
import { type Listener, readPaths, type Sidecar, startServer, startSidecar } from './processes.ts';
import { type GoPrograms, goPrograms } from './suites.ts';

let programs: GoPrograms;
let server: Listener;

const service = 'port grpc.testing.TestService';

/**
 * The cases that end with a status, and the calls that each makes
 * (https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md), by service, method and status.
 */
const cases: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  empty_unary: { [`${service} EmptyCall 0`]: 1 },
  large_unary: { [`${service} UnaryCall 0`]: 1 },
  client_streaming: { [`${service} StreamingInputCall 0`]: 1 },
  server_streaming: { [`${service} StreamingOutputCall 0`]: 1 },
  ping_pong: { [`${service} FullDuplexCall 0`]: 1 },
  empty_stream: { [`${service} FullDuplexCall 0`]: 1 },
  custom_metadata: { [`${service} UnaryCall 0`]: 1, [`${service} FullDuplexCall 0`]: 1 },
  status_code_and_message: { [`${service} UnaryCall 2`]: 1, [`${service} FullDuplexCall 2`]: 1 },
  special_status_message: { [`${service} UnaryCall 2`]: 1 },
  unimplemented_method: { 'port _NOT_FOUND _NOT_FOUND 12': 1 },
  unimplemented_service: { 'port _NOT_FOUND _NOT_FOUND 12': 1 },
  rpc_soak: { [`${service} UnaryCall 0`]: 50 },
  channel_soak: { [`${service} UnaryCall 0`]: 50 },
};

/** The cases whose caller gives up: whether the call is seen at all, and answered before, is a matter of luck. */
const givenUp = ['timeout_on_sleeping_server', 'cancel_after_begin', 'cancel_after_first_response'];

const expected: Record<string, number> = {};
for (const calls of Object.values(cases))
  for (const [call, count] of Object.entries(calls)) expected[call] = (expected[call] ?? 0) + count;

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
    const names = Object.keys(cases);
    expect((await call(names)).trim().split('\n')).toEqual(names);
    await expect
      .poll(() => sidecar.samples('rpc_server_duration_seconds_count'), { timeout: 10_000 })
      .toEqual(expected);
    expect(await sidecar.samples('rpc_server_active_calls')).toEqual({ port: 0 });
    expect(await sidecar.samples('standpipe_tap_abandoned_requests_total')).toEqual({ port: 0 });
    expect(await sidecar.samples('standpipe_tap_opaque_connections_total')).toEqual({});
  });

  test('calls that their caller gives up leave nothing behind', async () => {
    expect((await call(givenUp)).trim().split('\n')).toEqual(givenUp);
    await expect.poll(() => sidecar.samples('rpc_server_active_calls'), { timeout: 10_000 }).toEqual({ port: 0 });
    const counted = Object.values(await sidecar.samples('rpc_server_duration_seconds_count'));
    const { port: abandoned = 0 } = await sidecar.samples('standpipe_tap_abandoned_requests_total');
    expect(counted.reduce((sum, one) => sum + one, abandoned)).toBeLessThanOrEqual(givenUp.length);
    expect(abandoned).toBeGreaterThan(0);
    // Whoever gives up at once may leave before the server's first bytes are answered.
    const reasons = Object.keys(await sidecar.samples('standpipe_tap_opaque_connections_total'));
    expect(reasons.filter((reason) => reason !== 'port server-first')).toEqual([]);
  });
});
