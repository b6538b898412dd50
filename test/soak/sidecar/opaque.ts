import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import type { Client } from './client.ts';
import type { AppPort } from './ports.ts';
import { readToEnd, readUntil, type World } from './world.ts';

const opaque = (port: AppPort, reason: string): string => `standpipe_tap_opaque_connections_total ${port} ${reason}`;

/** Upgrades a connection, and carries bytes that look like requests. */
async function webSocket(world: World): Promise<void> {
  const { dice, ledger } = world;
  const socket = world.open('http');
  socket.write('GET /socket HTTP/1.1\r\nHost: app\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await readUntil(socket, (all) => all.includes('\r\n\r\n'));
  for (let i = dice.below(5); i >= 0; i -= 1) {
    const frame = Buffer.concat([randomBytes(dice.below(50_000)), Buffer.from('GET / HTTP/1.1\r\n\r\n')]);
    socket.write(frame);
    const got = await readUntil(socket, (all) => all.length >= frame.length);
    if (!got.equals(frame)) throw new Error('a frame has changed on its way');
  }
  socket.end();
  await readToEnd(socket);
  ledger.answered('http', 'GET', '/socket', 101);
  ledger.add(opaque('http', 'upgrade'));
}

/** Requests over TLS, which nobody looks into. */
async function tls(world: World): Promise<void> {
  const socket = connectTls({ socket: world.open('tls'), servername: 'app.test', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.write('GET /chunks/100000 HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n');
  const got = await readToEnd(socket);
  socket.end();
  if (got.length < 100_000) throw new Error(`only ${got.length} bytes over TLS`);
  world.ledger.add(opaque('tls', 'tls'));
}

/** Bytes that come back as they are, of a kind that the sidecar knows at once not to be HTTP. */
async function echoed(world: World, reason: string, begins: Buffer): Promise<void> {
  const sent = Buffer.concat([begins, randomBytes(world.dice.below(100_000))]);
  const socket = world.open('echo');
  socket.end(sent);
  if (!(await readToEnd(socket)).equals(sent)) throw new Error('garbage has changed on its way');
  world.ledger.add(opaque('echo', reason));
}

async function greeting(world: World): Promise<void> {
  const socket = world.open('greets');
  await readUntil(socket, (all) => all.includes('\r\n'));
  socket.end();
  await readToEnd(socket);
  world.ledger.add(opaque('greets', 'server-first'));
}

/** Calls a port on which the app does not listen. */
async function dead(world: World): Promise<void> {
  const socket = world.open('dead');
  await new Promise((resolve) => socket.once('close', resolve));
  world.ledger.add('standpipe_tap_connect_failures_total dead ECONNREFUSED');
}

const proxyLine = Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 1234 80\r\n');
const ambiguous = 'POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n';

export const opaqueClients: readonly Client[] = [
  { name: 'WebSocket', weight: 6, use: webSocket },
  { name: 'TLS', weight: 4, use: tls },
  { name: 'garbage', weight: 6, use: (world) => echoed(world, 'not-http', Buffer.of(0x80 + world.dice.below(128))) },
  { name: 'PROXY protocol', weight: 2, use: (world) => echoed(world, 'proxy-protocol', proxyLine) },
  { name: 'ambiguous length', weight: 2, use: (world) => echoed(world, 'ambiguous-length', Buffer.from(ambiguous)) },
  { name: 'greeting', weight: 3, use: greeting },
  { name: 'no app', weight: 2, use: dead },
];
