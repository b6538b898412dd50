import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fastPath } from './fast-path.ts';
import { publicPath } from './public-path.ts';
import { Random } from './testing/random.ts';
import {
  ask,
  keepAlive,
  listen,
  openTap,
  rawClient,
  rawServer,
  sha1,
  type TestTap,
  type TestTapOptions,
  until,
} from './testing/world.ts';

/** One request as an app sees it. */
interface Seen {
  readonly forwardedFor: unknown;
  /** The name of the last field. */
  readonly last: string | undefined;
  readonly digest: string;
  readonly trailers: NodeJS.Dict<string>;
}

const line = 'X-Forwarded-For: 127.0.0.1\r\n';
const empty = sha1(Buffer.alloc(0));

/** More than the sockets on the way hold: requests with bodies of random bytes, and what the app is to receive. */
function uploads(seed: number): { readonly sent: Buffer; readonly expected: Buffer } {
  const random = new Random(seed);
  const sent: Buffer[] = [];
  const expected: Buffer[] = [];
  for (let left = 32 << 20; left > 0; ) {
    const body = randomBytes(random.whole(0, random.one([10, 3000, 200_000])));
    const head = `POST /${left} HTTP/1.1\r\nContent-Length: ${body.length}\r\n`;
    sent.push(Buffer.from(`${head}\r\n`), body);
    expected.push(Buffer.from(`${head}${line}\r\n`), body);
    left -= body.length + head.length;
  }
  return { sent: Buffer.concat(sent), expected: Buffer.concat(expected) };
}

/** Reads a socket to its end, with a pause after each piece. */
async function slowDigest(socket: Socket): Promise<string> {
  const hash = createHash('sha1');
  for await (const piece of socket) {
    hash.update(piece as Buffer);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  socket.end();
  return hash.digest('hex');
}

describe.each([fastPath, publicPath])('through the $name read path', (readPath) => {
  const seen: Seen[] = [];
  let close: () => void;
  let world: TestTap;

  /** An app that notes what it is asked, behind a tap. */
  async function serve(options: TestTapOptions = { forwardedFor: () => true }): Promise<void> {
    const app = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      seen.push({
        forwardedFor: request.headers['x-forwarded-for'],
        last: request.rawHeaders.at(-2),
        digest: sha1(Buffer.concat(pieces)),
        trailers: request.trailers,
      });
      response.end('ok');
    });
    world = await openTap(readPath, await listen(app), options);
    close = () => app.close().closeAllConnections();
  }

  /** An app that takes whatever comes; what is returned gives all that has come, unless `onSocket` does something else. */
  async function take(options: TestTapOptions, onSocket?: (socket: Socket) => void) {
    const received: Buffer[] = [];
    const collect = (socket: Socket) => {
      socket.on('data', (bytes) => received.push(bytes));
      socket.on('end', () => socket.end());
    };
    const server = rawServer(onSocket ?? collect);
    world = await openTap(readPath, await listen(server), options);
    close = () => server.close();
    return () => Buffer.concat(received).toString('latin1');
  }

  afterEach(async () => {
    seen.length = 0;
    await world.tap.stop(0);
    close();
  });

  test('the app sees the client last, after what it has written itself', async () => {
    await serve();
    const agent = keepAlive(1);
    const to = { port: world.port, agent };
    await ask({ ...to, path: '/a' });
    await ask({ ...to, path: '/b', headers: { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' } });
    const body = Buffer.alloc(5_000_000, 'GET / HTTP/1.1\r\n\r\n');
    await ask({ ...to, method: 'POST', headers: { 'content-length': body.length } }, body);
    await ask({ ...to, method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, body);
    const expecting = { expect: '100-continue', 'content-length': 3 };
    await ask({ ...to, method: 'PUT', headers: expecting }, Buffer.from('abc'));
    agent.destroy();
    const last = 'X-Forwarded-For';
    const bare = { forwardedFor: '127.0.0.1', last, digest: empty, trailers: {} };
    expect(seen).toEqual([
      bare,
      { ...bare, forwardedFor: '10.0.0.1, 10.0.0.2, 127.0.0.1' },
      { ...bare, digest: sha1(body) },
      { ...bare, digest: sha1(body) },
      { ...bare, digest: sha1(Buffer.from('abc')) },
    ]);
    expect([...world.tap.counters.opaque]).toEqual([]);
    expect(world.metrics.http.active).toBe(0);
  });

  test('requests that come one byte at a time get it too, and trailers stay as they are', async () => {
    await serve();
    const { socket, text } = rawClient(world.port);
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\n\r\r\n0\r\nA: b\r\n\r\n';
    for (const byte of `GET / HTTP/1.1\r\nHost: a\r\n\r\n${chunked}`) {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => text().split('HTTP/1.1 200').length === 3);
    socket.destroy();
    const bare = { forwardedFor: '127.0.0.1', last: 'X-Forwarded-For', trailers: {} };
    expect(seen).toEqual([
      { ...bare, digest: empty },
      { ...bare, digest: sha1(Buffer.from('a\n\r')), trailers: { a: 'b' } },
    ]);
  });

  test('each of many small requests gets its own, also where they are more than one read', async () => {
    const received = await take({ forwardedFor: () => true });
    const { socket, ended } = rawClient(world.port);
    const paths = Array.from({ length: 20_000 }, (_, i) => `GET /${i} HTTP/1.1\r\n`);
    socket.end(paths.map((path) => `${path}\r\n`).join(''));
    await ended;
    expect(received() === paths.map((path) => `${path}${line}\r\n`).join('')).toBe(true);
  });

  test('apps that are slow hold up their clients, and get what was sent', async () => {
    const sockets: Socket[] = [];
    await take({ forwardedFor: () => true }, (socket) => sockets.push(socket.pause()));
    const streams = [uploads(1), uploads(2)];
    const clients = await Promise.all(
      streams.map(async ({ sent }, place) => {
        const { socket, ended } = rawClient(world.port);
        await until(() => sockets.length > place);
        socket.end(sent);
        return { socket, ended };
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const { socket } of clients) expect(socket.writableLength).toBeGreaterThan(0);
    const digests = await Promise.all(sockets.map(slowDigest));
    await Promise.all(clients.map(({ ended }) => ended));
    expect(digests.sort()).toEqual(streams.map(({ expected }) => sha1(expected)).sort());
  });

  test('what is held back goes to the app when the client closes its side', async () => {
    const received = await take({ forwardedFor: () => true });
    const { socket, ended } = rawClient(world.port);
    socket.write('GET / HTTP/1.1\r\n\r');
    await until(() => received() === 'GET / HTTP/1.1\r\n');
    socket.end();
    await ended;
    expect(received()).toBe('GET / HTTP/1.1\r\n\r');
  });

  test('writes addresses of both families as such', async () => {
    await serve({ hosts: ['::'], forwardedFor: () => true });
    await ask({ port: world.port, host: '127.0.0.1', agent: false });
    await ask({ port: world.port, host: '::1', agent: false });
    expect(seen.map(({ forwardedFor }) => forwardedFor)).toEqual(['127.0.0.1', '::1']);
  });

  test('a change holds for connections that come after it', async () => {
    let on = false;
    await serve({ forwardedFor: () => on });
    const [first, second] = [keepAlive(1), keepAlive(1)];
    await ask({ port: world.port, agent: first });
    on = true;
    await ask({ port: world.port, agent: first });
    await ask({ port: world.port, agent: second });
    on = false;
    await ask({ port: world.port, agent: second });
    first.destroy();
    second.destroy();
    expect(seen.map(({ forwardedFor }) => forwardedFor)).toEqual([undefined, undefined, '127.0.0.1', '127.0.0.1']);
  });

  test('a port that is not HTTP gets none', async () => {
    const received = await take({ protocol: 'tcp', forwardedFor: () => true });
    const { socket, ended } = rawClient(world.port);
    await once(socket, 'connect');
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await ended;
    expect(received()).toBe('GET / HTTP/1.1\r\n\r\n');
  });
});
