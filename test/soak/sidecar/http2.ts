import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import type { Client } from './client.ts';
import type { World } from './world.ts';

/** Streams over one connection that is then closed. */
async function session(world: World, use: (session: ClientHttp2Session) => Promise<unknown>): Promise<void> {
  const opened = connect('http://app', { createConnection: () => world.open('http2') });
  const failed = new Promise<never>((_, reject) => opened.on('error', reject));
  try {
    await Promise.race([use(opened), failed]);
  } finally {
    failed.catch(() => {});
    const closed = new Promise<void>((resolve) => opened.once('close', resolve));
    opened.close();
    await closed;
  }
}

/** Waits for the end of a stream, its trailers read. */
async function answered(stream: ClientHttp2Stream, body: Buffer): Promise<void> {
  stream.end(body);
  if (!(await buffer(stream)).equals(body)) throw new Error('the body has changed on its way');
}

/** Requests that go on at the same time, with fields that fill the table. */
async function streams(world: World): Promise<void> {
  const { dice, ledger } = world;
  const ask = async (opened: ClientHttp2Session): Promise<void> => {
    const body = Buffer.alloc(dice.below(60_000), 'x');
    const fields = { 'x-request-id': String(dice.next()), [`x-${dice.below(200)}`]: 'x'.repeat(dice.below(300)) };
    await answered(opened.request({ ':method': 'POST', ':path': '/echo', ...fields }), body);
    ledger.answered('http2', 'POST', '/echo', 200, { asked: body.length, got: body.length });
  };
  await session(world, (opened) => Promise.all(Array.from({ length: 1 + dice.below(40) }, () => ask(opened))));
}

/** gRPC calls of a few methods and statuses. */
async function calls(world: World): Promise<void> {
  const { dice, ledger } = world;
  const first = world.warmingUp;
  const ask = async (opened: ClientHttp2Session, i: number): Promise<void> => {
    const [method, status] = first ? [i % 5, i % 3] : [dice.below(5), dice.below(3)];
    const message = Buffer.alloc(dice.below(20_000));
    const body = Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), message]);
    body.writeUInt32BE(message.length, 1);
    const path = `/shop.Orders/Method${method}`;
    const fields = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    await answered(opened.request({ ...fields, 'x-status': String(status) }), body);
    ledger.add(`rpc_server_duration_seconds_count http2 shop.Orders Method${method} ${status}`);
    ledger.add('rpc_server_request_size_bytes_sum http2', body.length);
    ledger.add('rpc_server_response_size_bytes_sum http2', body.length);
  };
  const count = first ? 15 : 1 + dice.below(40);
  await session(world, (opened) => Promise.all(Array.from({ length: count }, (_, i) => ask(opened, i))));
}

/** Gives a stream up in the middle of its answer. */
async function giveUp(world: World): Promise<void> {
  await session(world, async (opened) => {
    const stream = opened.request({ ':method': 'GET', ':path': '/begin' });
    await new Promise((resolve) => stream.once('data', resolve));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await closed;
    world.ledger.add('standpipe_tap_abandoned_requests_total http2');
  });
}

/** Leaves with streams open. */
async function leave(world: World): Promise<void> {
  const count = 1 + world.dice.below(20);
  const socket = world.open('http2');
  const opened = connect('http://app', { createConnection: () => socket });
  opened.on('error', () => {});
  const begun = Array.from({ length: count }, async () => {
    const stream = opened.request({ ':method': 'GET', ':path': '/begin' });
    stream.on('error', () => {});
    await new Promise((resolve) => stream.once('data', resolve));
  });
  await Promise.all(begun);
  const closed = new Promise((resolve) => opened.once('close', resolve));
  socket.resetAndDestroy();
  opened.destroy();
  await closed;
  world.ledger.add('standpipe_tap_abandoned_requests_total http2', count);
}

export const http2Clients: readonly Client[] = [
  { name: 'HTTP/2', weight: 4, use: streams },
  { name: 'gRPC', weight: 6, use: calls },
  { name: 'give up a stream', weight: 4, use: giveUp },
  { name: 'leave with streams open', weight: 3, use: leave },
];
