import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { fetchStatus, isPodAddress } from './liveReports.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers in its own way; the port that it is at. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const ask = (port: number) => fetchStatus('127.0.0.1', port);

test('an answer is given back as it is', async () => {
  const port = await serve(({ url, method }, answer) => answer.end(`${method} ${url}`));
  expect(await ask(port)).toBe('GET /status');
});

test('a redirect is not followed', async () => {
  const asked: unknown[] = [];
  const other = await serve((request, answer) => {
    asked.push(request.url);
    answer.end('{}');
  });
  const location = `http://127.0.0.1:${other}/status`;
  const port = await serve((_, answer) => answer.writeHead(302, { location }).end());
  expect(await ask(port)).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each<[string, RequestListener]>([
  ['is an error', (_, answer) => answer.writeHead(500).end('{}')],
  ['is too large', (_, answer) => answer.end('x'.repeat(65_537))],
  [
    'breaks off',
    (_, answer) => void answer.writeHead(200, { 'content-length': 10 }).write('x', () => answer.destroy()),
  ],
  ['has headers without end', (_, answer) => answer.writeHead(200, { x: 'x'.repeat(20_000) }).end('{}')],
])('an answer that %s is none', async (_title, listener) => {
  expect(await ask(await serve(listener))).toBeUndefined();
});

test('an answer without end is cut off at 64 KiB', async () => {
  let sent = 0;
  function* endless() {
    for (; sent < 100_000_000; sent += 16_384) yield 'x'.repeat(16_384);
  }
  const port = await serve((_, answer) => Readable.from(endless()).pipe(answer));
  expect(await ask(port)).toBeUndefined();
  expect(sent).toBeLessThan(100_000_000);
});

test('an answer of the largest size is taken', async () => {
  const port = await serve((_, answer) => answer.end('x'.repeat(65_536)));
  expect(await ask(port)).toHaveLength(65_536);
});

test.each<[string, RequestListener]>([
  ['says nothing', () => {}],
  [
    'says a little all the time',
    (_, answer) => {
      const timer = setInterval(() => answer.write('x'), 50);
      answer.once('close', () => clearInterval(timer));
    },
  ],
])('a pod that %s is given up by itself', async (_title, listener) => {
  expect(await ask(await serve(listener))).toBeUndefined();
});

test('a pod where nothing listens is not heard', async () => {
  const port = await serve(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await ask(port)).toBeUndefined();
});

test.each([
  ['10.0.0.7', true],
  ['100.64.0.9', true],
  ['fd00::7', true],
  ['2001:db8::1', true],
  ['', false],
  ['localhost', false],
  ['10.0.0.7:80', false],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['169.254.169.254', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['ff02::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:169.254.169.254', false],
])('%s may be the address of a pod: %s', (host, expected) => {
  expect(isPodAddress(host)).toBe(expected);
});
