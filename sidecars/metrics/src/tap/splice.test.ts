import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { cut, join } from './splice.ts';
import { TapCounters } from './tap-counters.ts';

async function open(): Promise<{ readonly near: Socket; readonly far: Socket; close(): void }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
  return { near, far: far.on('error', () => {}), close: () => server.close() };
}

/** A client and an app, joined; `end` takes their other ends away. */
async function joined() {
  const [client, app] = [await open(), await open()];
  const ended = Promise.withResolvers<void>();
  const splice = { client: client.near, app: app.near, tap: undefined, forwardedFor: undefined };
  join(splice, new TapCounters(), () => {}, ended.resolve);
  const end = () => {
    for (const { far, close } of [client, app]) {
      far.destroy();
      close();
    }
  };
  return { client, app, splice, ended: ended.promise, end };
}

test('a side that fails just as the other is being ended leaves no socket open', async () => {
  const { client, app, ended, end } = await joined();
  client.near.end();
  app.near.destroy(new Error('reset by the app'));
  await ended;
  expect([client.near.closed, app.near.closed]).toEqual([true, true]);
  end();
});

test('a cut does not wait for a peer that never reads what it is sent last', async () => {
  const { client, app, splice, ended, end } = await joined();
  client.far.pause();
  client.near.end(Buffer.alloc(32 * 1024 * 1024));
  expect(client.near.writableFinished).toBe(false);
  cut(splice);
  await ended;
  expect([client.near.closed, app.near.closed]).toEqual([true, true]);
  end();
});
