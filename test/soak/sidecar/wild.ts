import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { reset, type World } from './world.ts';

/**
 * Clients that go wrong at any byte. What they come to is a matter of luck, so their port is not counted exactly: nothing
 * may stay of them.
 */

const conversations: readonly string[] = [
  'GET /orders HTTP/1.1\r\nHost: app\r\n\r\n'.repeat(5),
  `POST /echo HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n${'400\r\n'.concat('x'.repeat(1024), '\r\n').repeat(20)}0\r\n\r\n`,
  'CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\nbytes of a tunnel',
  'GET /bytes/5000000 HTTP/1.1\r\nHost: app\r\n\r\n',
  'GET /socket HTTP/1.1\r\nHost: app\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframes',
  'GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
  `GET / HTTP/1.1\r\n${'X-Field: value\r\n'.repeat(6000)}\r\n`,
  `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'\0\0\0\x04\0\0\0\0\0'.repeat(3)}\0\0\x08\x06\0\0\0\0\0abcdefgh`,
];

/** A conversation with some of its bytes replaced, sent in pieces, and left at any point. */
async function mangled(world: World, socket: Socket): Promise<void> {
  const { dice } = world;
  const sent = Buffer.from(dice.pick(conversations), 'latin1');
  for (let i = dice.below(4); i > 0; i -= 1) randomBytes(1).copy(sent, dice.below(sent.length));
  const until = dice.below(2) === 0 ? sent.length : dice.below(sent.length);
  for (let at = 0; at < until && !socket.destroyed; ) {
    const to = Math.min(until, at + 1 + dice.below(2000));
    socket.write(sent.subarray(at, to));
    if (dice.below(4) === 0) await sleep(dice.below(20));
    at = to;
  }
  await sleep(dice.below(100));
}

/** Ends a connection in one of the ways that there are, whatever the other side does. */
async function leave({ dice }: World, socket: Socket): Promise<void> {
  if (dice.below(3) > 0) return reset(socket);
  if (dice.below(2) === 0) {
    // Half closed, and read to the end or to a bound.
    socket.end();
    const end = new Promise((resolve) => socket.resume().once('close', resolve));
    await Promise.race([end, sleep(2000)]);
  }
  socket.destroy();
}

async function use(world: World): Promise<void> {
  const socket = world.open('wild');
  if (world.dice.below(2) === 0) socket.resume();
  await mangled(world, socket);
  await leave(world, socket);
}

export const wildClients: readonly Client[] = [{ name: 'mangled', weight: 20, use }];
