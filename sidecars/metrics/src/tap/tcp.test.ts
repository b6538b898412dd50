import { createServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionLimit } from './connection-limit.ts';
import { fastPath } from './fast-path.ts';
import { openPortTap } from './port-tap.ts';
import { publicPath } from './public-path.ts';
import { selfTest } from './self-test.ts';
import { ask, listen, log, openTap, rawClient, rawServer, type TestTap, until } from './testing/world.ts';

describe.each([fastPath, publicPath])('through the $name read path', (readPath) => {
  let world: TestTap | undefined;
  let app: Server | undefined;

  async function withApp(onSocket: (socket: Socket) => void, options = {}): Promise<TestTap> {
    app = rawServer(onSocket);
    world = await openTap(readPath, await listen(app), options);
    return world;
  }

  const onceAsked = (reply: (socket: Socket, asked: string) => void) => (socket: Socket) => {
    socket.once('data', (bytes) => reply(socket, bytes.toString('latin1')));
  };

  afterEach(async () => {
    await world?.tap.stop(0);
    app?.close();
    world = app = undefined;
  });

  test('passes its self-test', async () => {
    expect(await selfTest(readPath)).toBeUndefined();
  });

  test('ends a response without a length when the app closes', async () => {
    const { port, counts } = await withApp(onceAsked((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nuntil close')));
    const client = rawClient(port);
    client.socket.on('end', () => client.socket.end());
    client.socket.write('GET /old HTTP/1.0\r\n\r\n');
    expect(await client.ended).toBe('closed');
    expect(client.text()).toMatch(/until close$/);
    expect(counts()).toEqual({ 'GET /old 200': 1 });
  });

  test('forwards what is not HTTP and counts why it was not followed', async () => {
    const { port, tap } = await withApp(onceAsked((socket, asked) => socket.end(`got ${asked}`)));
    for (const text of ['\x16\x03\x01hello', '\x00\x01\x02', 'EHLO there\r\n\r\n']) {
      const client = rawClient(port);
      client.socket.end(text, 'latin1');
      expect(await client.ended).toBe('closed');
      expect(client.text()).toBe(`got ${text}`);
    }
    await until(() => tap.counters.open === 0);
    expect([...tap.counters.opaque]).toEqual([
      ['tls', 1],
      ['not-http', 2],
    ]);
  });

  test('forwards a greeting of the app before the client has said anything', async () => {
    const { port, tap } = await withApp((socket) => socket.end('220 mail\r\n'));
    const client = rawClient(port);
    client.socket.on('end', () => client.socket.end());
    expect(await client.ended).toBe('closed');
    expect(client.text()).toBe('220 mail\r\n');
    await until(() => tap.counters.open === 0);
    expect([...tap.counters.opaque]).toEqual([['server-first', 1]]);
  });

  test('does not look at a TCP port', async () => {
    const { port, tap, counts } = await withApp(
      onceAsked((socket, asked) => socket.end(asked)),
      { protocol: 'tcp' },
    );
    const client = rawClient(port);
    client.socket.end('GET / HTTP/1.1\r\n\r\n');
    expect(await client.ended).toBe('closed');
    await until(() => tap.counters.open === 0);
    expect([counts(), tap.counters.accepted, tap.counters.opaque.size]).toEqual([{}, 1, 0]);
  });

  test('passes a reset by the app on to the client', async () => {
    const { port, tap, metrics } = await withApp(onceAsked((socket) => socket.resetAndDestroy()));
    const client = rawClient(port);
    client.socket.write('GET /a HTTP/1.1\r\n\r\n');
    expect(await client.ended).toBe('ECONNRESET');
    await until(() => tap.counters.open === 0);
    expect(tap.counters.broken).toEqual({ client: 0, app: 1 });
    expect(metrics.abandonedRequests).toBe(1);
  });

  test('delivers to a slow client what the app sent before it closed', async () => {
    const body = Buffer.alloc(8 << 20, 'x');
    const { port } = await withApp(onceAsked((socket) => socket.end(body)));
    const client = rawClient(port);
    client.socket.end('?');
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 100);
    expect(await client.ended).toBe('closed');
    expect(client.text().length).toBe(body.length);
  });

  test('holds little memory for a client that stalls over a trickle', async () => {
    const piece = Buffer.alloc(100);
    let pieces = 0;
    const { port } = await withApp(
      onceAsked((socket) => {
        const more = () => {
          pieces += 1;
          socket.write(piece, () => setImmediate(more));
        };
        more();
      }),
      { protocol: 'tcp' },
    );
    const client = rawClient(port);
    client.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    client.socket.write('?');
    // The app cannot write any more once all buffers on the way are full.
    let seen = 0;
    let still = 0;
    await until(() => {
      still = pieces === seen ? still + 1 : 0;
      seen = pieces;
      return pieces > 1 && still === 100;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 << 20);
    client.socket.destroy();
  });

  test('delivers to a slow app what the client sent before it closed', async () => {
    let received = 0;
    const { port, tap } = await withApp((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 100);
      socket.on('data', (bytes) => {
        received += bytes.length;
      });
      socket.on('end', () => socket.end());
    });
    const client = rawClient(port);
    client.socket.end(Buffer.alloc(8 << 20, 'x'));
    await client.ended;
    await until(() => tap.counters.open === 0);
    expect(received).toBe(8 << 20);
  });

  test('resets clients while the app is down and works again when it is back', async () => {
    const first = createServer((_, response) => response.end('one'));
    const appPort = await listen(first);
    world = await openTap(readPath, appPort);
    const to = { port: world.port, path: '/a', agent: false as const };
    await ask(to);
    first.closeAllConnections();
    await new Promise((resolve) => first.close(resolve));
    for (let i = 0; i < 5; i++) await expect(ask(to)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const again = createServer((_, response) => response.end('two'));
    await listen(again, appPort);
    await ask(to);
    app = again;
    expect(world.counts()).toEqual({ 'GET /a 200': 2 });
    expect([...world.tap.counters.connectFailures]).toEqual([['ECONNREFUSED', 5]]);
    await until(() => world?.tap.counters.open === 0);
  });

  test('lets connections over the limit wait for others to end, and resets those that too many wait before', async () => {
    const { port, tap } = await withApp((socket) => socket.pipe(socket), { max: 3, maxWaiting: 2 });
    const speaking = (count: number) =>
      Array.from({ length: count }, () => {
        const client = rawClient(port);
        client.socket.write('x');
        return client;
      });
    const clients = speaking(3);
    await until(() => clients.every((client) => client.text() === 'x'));
    const late = speaking(2);
    await until(() => tap.counters.waiting === 2);
    expect(await rawClient(port).ended).toBe('ECONNRESET');
    expect(late.map((client) => client.text())).toEqual(['', '']);
    clients[0]?.socket.end();
    await until(() => late[0]?.text() === 'x');
    expect(tap.counters).toMatchObject({ accepted: 4, open: 3, waiting: 1, delayed: 2, overLimit: 1 });
    await tap.stop(0);
    expect(await Promise.all([...clients.slice(1), ...late].map(({ ended }) => ended))).toEqual(
      Array.from({ length: 4 }, () => 'ECONNRESET'),
    );
    expect(tap.counters.waiting).toBe(0);
  });

  test('dials the app at the family that the client has called at', async () => {
    const answering = (text: string) => rawServer((socket) => socket.end(text));
    const four = answering('four');
    const six = answering('six');
    app = four;
    const appPort = await listen(four);
    await new Promise<void>((resolve) => six.listen({ port: appPort, host: '::1', ipv6Only: true }, resolve));
    world = await openTap(readPath, appPort, { appHosts: ['127.0.0.1', '::1'], hosts: ['::'] });
    for (const [host, text] of [
      ['127.0.0.1', 'four'],
      ['::1', 'six'],
    ] as const) {
      const client = rawClient(world.port, host);
      client.socket.on('end', () => client.socket.end());
      await client.ended;
      expect(client.text()).toBe(text);
    }
    six.close();
  });

  test('listens as soon as a port is free that somebody else holds', async () => {
    const holder = rawServer((socket) => socket.end('other'));
    const held = await listen(holder);
    app = rawServer((socket) => socket.end('app'));
    const tap = openPortTap({
      port: { name: 'test', listen: held, app: await listen(app), protocol: 'tcp' },
      appHosts: ['127.0.0.1'],
      observer: { started() {}, ended() {} },
      forwardedFor: () => false,
      readPath,
      limit: new ConnectionLimit(10, 0),
      log,
      hosts: ['127.0.0.1'],
    });
    await until(() => tap.listening.problem !== undefined);
    holder.close();
    await until(() => tap.listening.listening);
    const client = rawClient(held);
    client.socket.on('end', () => client.socket.end());
    await client.ended;
    expect(client.text()).toBe('app');
    await tap.stop(0);
  });
});
