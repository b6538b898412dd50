import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TcpProxy } from './tcpProxy.ts';

let echo: Server;
let received = '';
let proxy: TcpProxy;

beforeEach(async () => {
  received = '';
  echo = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      received += bytes.toString();
      socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await TcpProxy.start('127.0.0.1', (echo.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.stop();
  echo.close();
});

/** A connection through the proxy that has had one answer. */
async function open() {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.write('hello');
  expect(String(await once(socket, 'data'))).toEqual('hello');
  return socket;
}

test('bytes pass both ways', async () => {
  const socket = await open();
  socket.destroy();
  expect(proxy.connections).toBe(1);
});

test('a reset breaks what is open, and what is opened', async () => {
  const socket = await open();
  proxy.fault = { do: 'reset' };
  expect(await once(socket, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
  const next = connect(proxy.port, '127.0.0.1');
  expect(await once(next, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
});

test.each([
  ['half-open', 'helloagain'],
  ['blackhole', 'hello'],
] as const)('%s: nothing comes back, and the connection stays', async (fault, arrived) => {
  const socket = await open();
  proxy.fault = { do: fault };
  let answered = false;
  socket.on('data', () => {
    answered = true;
  });
  socket.write('again');
  await sleep(200);
  expect([answered, received, socket.readyState]).toEqual([false, arrived, 'open']);
  socket.destroy();
});

test('a delay holds every byte for as long', async () => {
  const socket = await open();
  proxy.fault = { do: 'delay', ms: 100 };
  const start = performance.now();
  socket.write('later');
  await once(socket, 'data');
  expect(performance.now() - start).toBeGreaterThan(190);
  socket.destroy();
});
