import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fastPath } from './fast-path.ts';
import { publicPath } from './public-path.ts';
import { Random } from './testing/random.ts';
import { conversation } from './testing/streams.ts';
import { listen, openTap, rawServer, until } from './testing/world.ts';

/** What one end does: pieces to send, with pauses in between, and how eagerly it reads. */
interface End {
  readonly pieces: readonly Buffer[];
  readonly pauseMs: readonly number[];
  readonly readPauseMs: number;
}

const anything = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
const large = fc.integer({ min: 100_000, max: 3_000_000 }).map((length) => Buffer.alloc(length, `${length} bytes `));
const http = fc.integer().map((seed) => {
  const { request, response } = conversation(new Random(seed));
  return Buffer.from(request + response, 'latin1');
});

const end: fc.Arbitrary<End> = fc.record({
  pieces: fc.array(fc.oneof(http, anything, { arbitrary: large, weight: 1 }), { maxLength: 4 }),
  pauseMs: fc.array(fc.constantFrom(0, 0, 1, 3), { minLength: 1, maxLength: 3 }),
  readPauseMs: fc.constantFrom(0, 0, 1),
});

/** Plays one end until both sides have sent everything and closed. Returns what it has received. */
async function play(socket: Socket, { pieces, pauseMs, readPauseMs }: End): Promise<Buffer> {
  const received: Buffer[] = [];
  socket.on('data', (bytes) => {
    received.push(bytes);
    if (readPauseMs === 0) return;
    socket.pause();
    setTimeout(() => socket.resume(), readPauseMs);
  });
  const ended = new Promise((resolve) => socket.on('end', resolve));
  for (const [place, piece] of pieces.entries()) {
    socket.write(piece);
    const pause = pauseMs[place % pauseMs.length] ?? 0;
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  socket.end();
  await ended;
  return Buffer.concat(received);
}

/** What the app has received, without the lines that stand at the end of a head. */
function withoutLines(received: Buffer): Buffer {
  const lines = /(?<=\n)X-Forwarded-For: 127\.0\.0\.1(\r?\n)(?=\1)/g;
  return Buffer.from(received.toString('latin1').replace(lines, ''), 'latin1');
}

describe.each([fastPath, publicPath])('the $name read path', (readPath) => {
  test.each([
    ['unchanged', { forwardedFor: () => false }, (received: Buffer) => received],
    ['unchanged but for the addresses of clients', { forwardedFor: () => true }, withoutLines],
  ])('carries whatever two ends say to each other %s', async (_, options, sentOf) => {
    let onApp: (socket: Socket) => void = () => {};
    const app = rawServer((socket) => onApp(socket));
    const world = await openTap(readPath, await listen(app), options);
    const meet = async (client: End, server: End): Promise<void> => {
      const atServer = new Promise<Buffer>((resolve) => {
        onApp = (socket) => void play(socket, server).then(resolve);
      });
      const socket = connect({ port: world.port, host: '127.0.0.1', allowHalfOpen: true });
      const atClient = await play(socket, client);
      expect(atClient.equals(Buffer.concat(server.pieces))).toBe(true);
      expect(sentOf(await atServer).equals(Buffer.concat(client.pieces))).toBe(true);
    };
    await fc.assert(fc.asyncProperty(end, end, meet), { numRuns: 100 });
    await until(() => world.tap.counters.open === 0);
    expect(world.tap.counters.broken).toEqual({ client: 0, app: 0 });
    expect(world.metrics.http.active).toBe(0);
    await world.tap.stop(0);
    app.close();
  });
});
