import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases, givenUp, sumOf } from './grpc-cases.ts';
import { grpcClients, play } from './grpc-clients.ts';
import { type Listener, readPaths, type Sidecar, startServer, startSidecar } from './processes.ts';
import { goPrograms } from './suites.ts';

/** How many play at the same time over one connection: their frames mix, and share a table of fields. */
const copies = 8;

const all = Object.values(cases);
const late = Object.values(givenUp);
const told = (played: typeof all): string[][] =>
  Array.from({ length: copies }, () => played.flatMap(({ outcome }) => outcome));

let server: Listener;

beforeAll(async () => {
  server = await startServer([(await goPrograms()).peer, 'grpc-server']);
}, 600_000);

afterAll(() => server.stop());

describe.each(Object.entries(grpcClients))("gRPC's client for %s", (_, commandOf) => {
  let command: Awaited<ReturnType<typeof commandOf>>;

  beforeAll(async () => {
    command = await commandOf();
  }, 600_000);

  test('gets from the server itself what the interoperability suite says', async () => {
    expect(await play(command, server.port, copies, [...all, ...late])).toEqual(told([...all, ...late]));
  });

  describe.each(readPaths)('through a sidecar that reads by the path %s', (readPath) => {
    let sidecar: Sidecar;

    beforeAll(async () => {
      sidecar = await startSidecar(server.port, readPath);
    });

    afterAll(() => sidecar.stop());

    test('gets the same, and each call is counted by service, method and status', async () => {
      expect(await play(command, sidecar.port, copies, all)).toEqual(told(all));
      const counts = sumOf(Array.from({ length: copies }, () => sumOf(all.map(({ calls }) => calls))));
      await expect
        .poll(() => sidecar.samples('rpc_server_duration_seconds_count'), { timeout: 10_000 })
        .toEqual(counts);
      expect(await sidecar.samples('rpc_server_active_calls')).toEqual({ port: 0 });
      expect(await sidecar.samples('standpipe_tap_abandoned_requests_total')).toEqual({ port: 0 });
      expect(await sidecar.samples('standpipe_tap_opaque_connections_total')).toEqual({});
    });

    test('gives up calls, and nothing is left of them', async () => {
      const before = await sidecar.samples('rpc_server_duration_seconds_count');
      expect(await play(command, sidecar.port, copies, late)).toEqual(told(late));
      await expect.poll(() => sidecar.samples('rpc_server_active_calls'), { timeout: 10_000 }).toEqual({ port: 0 });
      const after = await sidecar.samples('rpc_server_duration_seconds_count');
      const { port: abandoned = 0 } = await sidecar.samples('standpipe_tap_abandoned_requests_total');
      expect(abandoned).toBeGreaterThan(0);
      expect(sum(after) - sum(before) + abandoned).toBeLessThanOrEqual(late.length * copies);
      expect(await sidecar.samples('standpipe_tap_opaque_connections_total')).toEqual({});
    });
  });
});

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}
