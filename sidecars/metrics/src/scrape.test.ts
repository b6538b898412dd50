import { once } from 'node:events';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { ScrapeTls } from '../../../operator/src/config/metrics.ts';
import { allowanceFor } from './exposition/page-parser.ts';
import { scrape } from './scrape.ts';
import { selfSigned } from './testing/certificate.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function ask(server: Server, tls?: ScrapeTls) {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const address = { target: 'app', host: '127.0.0.1', port, path: '/metrics', ...(tls && { tls }) };
  const { page, problem } = await scrape(address, allowanceFor(1000), 5000);
  return { series: page?.series, problem };
}

const plain = (listener: RequestListener) => ask(createPlain(listener));

test('reads a page that the target packs, and asks for it', async () => {
  const answer = await plain((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip');
    response.setHeader('content-encoding', 'gzip').end(gzipSync('a 1\nb{c="ü"} 2\n'));
  });
  expect(answer).toEqual({ series: 2, problem: undefined });
});

test('says why a packed page is of no use', async () => {
  const whole = gzipSync('a 1\n'.repeat(10_000));
  const cut = await plain((_, response) => {
    response.setHeader('content-encoding', 'gzip').end(whole.subarray(0, whole.length - 20));
  });
  expect(cut.problem).toMatch(/unexpected end of file/);
  const garbage = await plain((_, response) => response.setHeader('content-encoding', 'gzip').end('a 1\n'));
  expect(garbage.problem).toMatch(/incorrect header check/);
  const other = await plain((_, response) => response.setHeader('content-encoding', 'br').end('x'));
  expect(other.problem).toBe('the target packs its page as br, which was not asked for');
});

test('gives up a page that unpacks to more than it may', async () => {
  const bomb = await plain((_, response) => {
    const gzip = createGzip({ level: 9 });
    gzip.pipe(response.setHeader('content-encoding', 'gzip'));
    const line = 'a{b="c"} 1\n'.repeat(100_000);
    for (let sent = 0; sent < 40; sent += 1) gzip.write(line);
    gzip.end();
  });
  expect(bomb.problem).toMatch(/longer than/);
});

test('reads a page over TLS only if its certificate is for the name and signed by the given one', async () => {
  const ours = await selfSigned('orders.shop.svc');
  const theirs = await selfSigned('orders.shop.svc');
  const secure = (tls: ScrapeTls) =>
    ask(
      createSecure(ours, (_, response) => response.end('a 1\n')),
      tls,
    );
  const good = { serverName: 'orders.shop.svc', caBundle: ours.cert, skipVerify: false };
  expect(await secure(good)).toEqual({ series: 1, problem: undefined });
  expect(await secure({ ...good, serverName: 'billing.shop.svc' })).toEqual({
    series: undefined,
    problem: expect.stringMatching(/altnames/),
  });
  expect(await secure({ ...good, caBundle: theirs.cert })).toEqual({
    series: undefined,
    problem: expect.stringMatching(/certificate/),
  });
  expect(await secure({ serverName: 'orders.shop.svc', skipVerify: false })).toEqual({
    series: undefined,
    problem: expect.stringMatching(/self-signed/),
  });
  expect(await secure({ serverName: 'x', skipVerify: true })).toEqual({ series: 1, problem: undefined });
});
