import { randomBytes } from 'node:crypto';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fastPath } from './fast-path.ts';
import { publicPath } from './public-path.ts';
import { listen, openTap, sha1, type TestTap, until } from './testing/world.ts';

const big = randomBytes(20 << 20);
const bigDigest = sha1(big);
/** Node resets streams that hold more than 10 MB otherwise. */
const roomy = { maxSessionMemory: 100 };

describe.each([fastPath, publicPath])('HTTP/2 through the $name read path', (readPath) => {
  /** Answers once the request has ended; calls get a status. */
  function onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = String(headers[':path']);
    const grpc = headers['content-type'] === 'application/grpc';
    stream.on('error', () => {});
    stream.resume();
    if (path === '/hang') return;
    stream.respond({ ':status': 200, 'content-type': headers['content-type'] }, { waitForTrailers: grpc });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': path.endsWith('Missing') ? '5' : '0' }));
    stream.on('end', () => stream.end(path === '/big' ? big : `hi ${path}`));
  }

  let app: Http2Server;
  let world: TestTap;
  let session: ClientHttp2Session;

  beforeEach(async () => {
    app = createHttp2Server(roomy);
    app.on('stream', onStream);
    world = await openTap(readPath, await listen(app), { protocol: 'grpc' });
    session = connectHttp2(`http://127.0.0.1:${world.port}`, roomy);
  });

  afterEach(async () => {
    session.destroy();
    await world.tap.stop(0);
    app.close();
  });

  const one = async (path: string, type: string | undefined, body: Buffer | string = 'x') => {
    const fields = { ':path': path, ':method': 'POST', ...(type !== undefined && { 'content-type': type }) };
    const stream = session.request(fields);
    let trailers: IncomingHttpHeaders = {};
    stream.on('trailers', (fields) => {
      trailers = fields;
    });
    stream.end(body);
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(piece);
    return { body: Buffer.concat(pieces), status: trailers['grpc-status'] };
  };

  test('counts two hundred requests and as many calls at once exactly', async () => {
    const requests = Array.from({ length: 200 }, (_, i) => one(`/items/${i}`, undefined));
    const calls = Array.from({ length: 200 }, (_, i) =>
      one(`/a.Svc/${i % 4 === 0 ? 'Missing' : 'Get'}`, 'application/grpc'),
    );
    const texts = (await Promise.all(requests)).map(({ body }) => String(body));
    expect(texts).toEqual(Array.from({ length: 200 }, (_, i) => `hi /items/${i}`));
    expect((await Promise.all(calls)).filter(({ status }) => status === '5').length).toBe(50);
    expect(world.counts()).toEqual({ 'POST /items/{id} 200': 200 });
    expect(world.calls()).toEqual({ 'a.Svc Missing 5': 50, 'a.Svc Get 0': 150 });
    session.close();
    await until(() => world.tap.counters.open === 0);
    expect([...world.tap.counters.opaque]).toEqual([]);
    const { http, grpc, abandonedRequests } = world.metrics;
    expect([http.active, grpc.active, abandonedRequests]).toEqual([0, 0, 0]);
    expect(http.requestSizes.sum + grpc.requestSizes.sum).toBe(400);
  });

  test('carries 20 MB each way unchanged and counts them', async () => {
    const { body } = await one('/big', undefined, big);
    expect(sha1(body)).toBe(bigDigest);
    const { requestSizes, responseSizes } = world.metrics.http;
    expect([requestSizes.sum, responseSizes.sum]).toEqual([big.length, big.length]);
  });

  test('counts streams that the client gives up, and those that end with their connection', async () => {
    const given = session.request({ ':path': '/hang' });
    const held = session.request({ ':path': '/hang', 'content-type': 'application/grpc' });
    for (const stream of [given, held]) stream.on('error', () => {});
    await until(() => world.metrics.http.active === 1 && world.metrics.grpc.active === 1);
    given.close(8);
    await until(() => world.metrics.abandonedRequests === 1);
    session.destroy();
    await until(() => world.tap.counters.open === 0);
    expect(world.metrics).toMatchObject({ abandonedRequests: 2, http: { active: 0 }, grpc: { active: 0 } });
  });
});
