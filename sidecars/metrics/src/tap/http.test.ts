import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fastPath } from './fast-path.ts';
import { publicPath } from './public-path.ts';
import { ask, keepAlive, listen, openTap, rawClient, sha1, type TestTap, until } from './testing/world.ts';

const big = randomBytes(20 << 20);
const bigDigest = sha1(big);

async function echoLength(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  response.setHeader('x-digest', sha1(body));
  response.end(`${body.length} ${sha1(body)}`);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/big') response.end(big);
  else if (request.url === '/some') response.end(big.subarray(0, 6 << 20));
  else if (request.url === '/chunks') {
    response.writeHead(200, { trailer: 'x-t' });
    response.write('a');
    setTimeout(() => {
      response.addTrailers({ 'x-t': '1' });
      response.end('b');
    }, 5);
  } else if (request.url === '/hints') {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end('x');
  } else if (request.url === '/empty') response.writeHead(204).end();
  else if (request.url?.startsWith('/missing')) response.writeHead(404).end();
  else if (request.url === '/hang') response.write('x');
  else void echoLength(request, response);
}

describe.each([fastPath, publicPath])('through the $name read path', (readPath) => {
  let app: Server;
  let world: TestTap;
  const to = (path: string, method = 'GET') => ({ port: world.port, path, method });

  beforeEach(async () => {
    app = createServer(answer);
    app.on('upgrade', (_, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (bytes) => socket.write(`echo:${bytes}`));
      socket.on('end', () => socket.end());
    });
    app.on('connect', (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(socket);
    });
    world = await openTap(readPath, await listen(app));
  });

  afterEach(async () => {
    await world.tap.stop(0);
    app.closeAllConnections();
    app.close();
  });

  test('counts every request of kept connections exactly', async () => {
    const agent = keepAlive();
    await Promise.all(Array.from({ length: 300 }, (_, i) => ask({ ...to(`/items/${i}?a=${i}`), agent })));
    await Promise.all(Array.from({ length: 50 }, () => ask({ ...to('/items', 'POST'), agent }, Buffer.from('x'))));
    await Promise.all(Array.from({ length: 20 }, (_, i) => ask({ ...to(`/missing/a${i}`), agent })));
    agent.destroy();
    expect(world.counts()).toEqual({ 'GET /items/{id} 200': 300, 'POST /items 200': 50, 'GET _NOT_FOUND 404': 20 });
    await until(() => world.tap.counters.open === 0);
    expect(world.tap.counters).toMatchObject({ accepted: 4, overLimit: 0 });
    expect(world.metrics).toMatchObject({ http: { active: 0 }, abandonedRequests: 0 });
    expect([...world.tap.counters.opaque]).toEqual([]);
  });

  test('counts one connection for each request that closes it', async () => {
    const agent = keepAlive();
    for (let i = 0; i < 50; i++) await ask({ ...to('/a'), agent: false, headers: { connection: 'close' } });
    agent.destroy();
    await until(() => world.tap.counters.open === 0);
    expect([world.counts(), world.tap.counters.accepted]).toEqual([{ 'GET /a 200': 50 }, 50]);
  });

  test('carries 20 MB each way unchanged, with a length and in chunks', async () => {
    expect(await ask(to('/big'))).toMatchObject({ digest: bigDigest });
    const asked = { ...to('/up', 'POST'), headers: { 'transfer-encoding': 'chunked' } };
    const said = sha1(Buffer.from(`${big.length} ${bigDigest}`));
    expect(await ask(asked, big)).toMatchObject({ digest: said });
    expect(await ask(to('/up', 'PUT'), big)).toMatchObject({ digest: said });
    expect(world.counts()).toEqual({ 'GET /big 200': 1, 'POST /up 200': 1, 'PUT /up 200': 1 });
  });

  test('keeps many slow readers apart and holds little memory for them', async () => {
    // Only what is still held counts, not what waits for the garbage collector.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 200);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => ask(to('/some'), undefined, i % 2)));
    clearInterval(watch);
    for (const each of answers) expect(each.digest).toBe(sha1(big.subarray(0, 6 << 20)));
    expect(most).toBeLessThan(24 << 20);
  });

  test('follows chunks, trailers, interim responses and answers without a body', async () => {
    const agent = keepAlive(1);
    expect(await ask({ ...to('/chunks'), agent })).toMatchObject({ length: 2, trailers: { 'x-t': '1' } });
    expect(await ask({ ...to('/hints'), agent })).toMatchObject({ status: 200, length: 1 });
    expect(await ask({ ...to('/empty'), agent })).toMatchObject({ status: 204 });
    expect(await ask({ ...to('/big', 'HEAD'), agent })).toMatchObject({ length: 0 });
    const expecting = { ...to('/c', 'POST'), agent, headers: { expect: '100-continue', 'content-length': 3 } };
    expect(await ask(expecting, Buffer.from('abc'))).toMatchObject({ status: 200 });
    agent.destroy();
    expect(world.counts()).toEqual({
      'GET /chunks 200': 1,
      'GET /hints 200': 1,
      'GET /empty 204': 1,
      'HEAD /big 200': 1,
      'POST /c 200': 1,
    });
    expect([...world.tap.counters.opaque]).toEqual([]);
  });

  test('counts fifty pipelined requests', async () => {
    const kinds = [
      'HEAD /p HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /p HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
    ];
    const client = rawClient(world.port);
    client.socket.write(Array.from({ length: 51 }, (_, i) => kinds[i % 3]).join(''));
    await until(() => client.text().split('HTTP/1.1 200').length === 52);
    client.socket.destroy();
    expect(world.counts()).toEqual({ 'HEAD /p 200': 17, 'GET /p 200': 17, 'POST /p 200': 17 });
  });

  test('answers a client that closes its side after the request', async () => {
    const client = rawClient(world.port);
    client.socket.end('GET /half HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await client.ended).toBe('closed');
    expect(client.text()).toMatch(/^HTTP\/1.1 200/);
    expect(world.counts()).toEqual({ 'GET /half 200': 1 });
  });

  test('lets an upgraded connection and a tunnel speak freely', async () => {
    const socket = rawClient(world.port);
    socket.socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await until(() => socket.text().includes('101'));
    socket.socket.write('GET /fake HTTP/1.1\r\n\r\n');
    await until(() => socket.text().endsWith('echo:GET /fake HTTP/1.1\r\n\r\n'));
    socket.socket.end();
    const tunnel = rawClient(world.port);
    tunnel.socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => tunnel.text().includes('200 OK'));
    tunnel.socket.write('HTTP/1.1 999\r\n\r\n');
    await until(() => tunnel.text().endsWith('999\r\n\r\n'));
    tunnel.socket.end();
    await until(() => world.tap.counters.open === 0);
    expect(world.counts()).toEqual({ 'GET /ws 101': 1, 'CONNECT _OTHER 200': 1 });
    expect([...world.tap.counters.opaque]).toEqual([['upgrade', 2]]);
  });

  test('tells the app when a client resets, and counts what was left', async () => {
    const client = rawClient(world.port);
    client.socket.write('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => client.text().includes('x'));
    expect(world.metrics.http.active).toBe(1);
    client.socket.resetAndDestroy();
    await until(() => world.tap.counters.open === 0);
    expect(world.metrics).toMatchObject({ http: { active: 0 }, abandonedRequests: 1 });
    expect(world.tap.counters.broken).toEqual({ client: 1, app: 0 });
  });

  test('counts the kubelet’s probes apart', async () => {
    await ask({ ...to('/ready'), headers: { 'user-agent': 'kube-probe/1.36' } });
    await ask(to('/ready'));
    expect([...world.metrics.probes]).toEqual([[200, 1]]);
    expect(world.counts()).toEqual({ 'GET /ready 200': 1 });
  });

  test('waits for open connections when it stops, and cuts what is left', async () => {
    const slow = rawClient(world.port);
    slow.socket.write('GET /chunks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const hung = rawClient(world.port);
    hung.socket.write('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => hung.text().includes('x') && slow.text() !== '');
    await world.tap.stop(300);
    expect(slow.text()).toMatch(/x-t: 1\r\n\r\n$/i);
    expect(await hung.ended).toBe('ECONNRESET');
    expect(await rawClient(world.port).ended).toBe('ECONNREFUSED');
  });
});
