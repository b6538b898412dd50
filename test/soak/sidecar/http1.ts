import { randomBytes } from 'node:crypto';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { readToEnd, readUntil, reset, type World } from './world.ts';

const small = 'an answer'.length;

/** Each kind of request on a connection that is kept, once or several times. */
async function keepAlive(world: World): Promise<void> {
  const { dice, ledger } = world;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => world.open('http');
  const ask = async (method: string, path: string, body?: Buffer): Promise<Buffer> => {
    return buffer(await send({ agent, method, path }, body));
  };
  const requests: (() => Promise<void>)[] = [
    async () => {
      await ask('GET', '/orders');
      ledger.answered('http', 'GET', '/orders', 200, { got: small });
    },
    async () => {
      await ask('GET', `/orders/${dice.below(1_000_000)}?page=${dice.below(10)}`);
      ledger.answered('http', 'GET', '/orders/{id}', 200, { got: small });
    },
    async () => {
      const asked = dice.below(2000) + 1;
      await ask('POST', '/orders', Buffer.alloc(asked));
      ledger.answered('http', 'POST', '/orders', 201, { asked, got: small });
    },
    async () => {
      await ask('HEAD', '/orders');
      ledger.answered('http', 'HEAD', '/orders', 200);
    },
    async () => {
      await ask('DELETE', '/nothing');
      ledger.answered('http', 'DELETE', '/nothing', 204);
    },
    async () => {
      await ask('GET', `/missing/${dice.below(1_000_000)}`);
      ledger.answered('http', 'GET', '_NOT_FOUND', 404, { got: small });
    },
    async () => {
      const got = dice.below(300_000);
      if ((await ask('GET', `/chunks/${got}`)).length !== got) throw new Error('chunks were lost');
      ledger.answered('http', 'GET', '/chunks/{id}', 200, { got });
    },
    async () => {
      await buffer(await send({ agent, path: '/healthz', headers: { 'user-agent': 'kube-probe/1.36' } }));
      ledger.add('standpipe_tap_probe_requests_total http 200');
    },
  ];
  const rounds = world.warmingUp ? requests : Array.from({ length: dice.below(8) + 1 }, () => dice.pick(requests));
  for (const one of rounds) await one();
  agent.destroy();
}

function send(options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ ...options, setHost: false, headers: { host: 'app', ...options.headers } }, resolve)
    .on('error', reject)
    .end(body);
  return promise;
}

/** A connection for one request. */
async function short(world: World): Promise<void> {
  const socket = world.open('http');
  socket.write('GET /orders HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n');
  const got = await readToEnd(socket);
  socket.end();
  if (!got.includes('200 OK')) throw new Error('no answer');
  world.ledger.answered('http', 'GET', '/orders', 200, { got: small });
}

/** Many connections at the same moment: more than may be open. */
async function crowd(world: World): Promise<void> {
  await Promise.all(Array.from({ length: 50 + world.dice.below(250) }, () => short(world)));
}

/** Requests that do not wait for answers, cut anywhere. */
async function pipelining(world: World): Promise<void> {
  const { dice, ledger } = world;
  const count = 2 + dice.below(30);
  const socket = world.open('http');
  const one = 'POST /orders HTTP/1.1\r\nHost: app\r\nContent-Length: 5\r\n\r\nhello';
  const all = `${one.repeat(count - 1)}${one.replace('Host', 'Connection: close\r\nHost')}`;
  for (let at = 0; at < all.length; ) {
    const to = at + 1 + dice.below(300);
    socket.write(all.slice(at, to));
    if (dice.below(10) === 0) await sleep(1);
    at = to;
  }
  const got = (await readToEnd(socket)).toString('latin1').split('HTTP/1.1 201').length - 1;
  socket.end();
  if (got !== count) throw new Error(`${got} answers to ${count} requests`);
  for (let i = 0; i < count; i += 1) ledger.answered('http', 'POST', '/orders', 201, { asked: 5, got: small });
}

/** A body of up to four megabytes that must come back as it was. */
async function bigBody(world: World): Promise<void> {
  const agent = new Agent();
  agent.createConnection = () => world.open('http');
  const body = Buffer.concat(Array(8).fill(randomBytes(1 + world.dice.below(512 * 1024))));
  const got = await buffer(await send({ agent, method: 'PUT', path: '/echo' }, body));
  agent.destroy();
  if (!got.equals(body)) throw new Error('the body has changed on its way');
  world.ledger.answered('http', 'PUT', '/echo', 200, { asked: body.length, got: body.length });
}

/** Stops reading in the middle of an answer, and then goes on or goes away. */
async function stall(world: World): Promise<void> {
  const { dice, ledger } = world;
  const size = 24_000_000;
  const socket = world.open('http');
  socket.write(`GET /bytes/${size} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n`);
  await readUntil(socket, (all) => all.length > 1000);
  await sleep(dice.below(3000));
  if (!world.warmingUp && dice.below(2) === 0) {
    await reset(socket);
    ledger.add('standpipe_tap_abandoned_requests_total http');
    return;
  }
  let got = 0;
  for await (const piece of socket) got += (piece as Buffer).length;
  socket.end();
  if (got < size - 100_000) throw new Error(`only ${got} bytes of ${size}`);
  ledger.answered('http', 'GET', '/bytes/{id}', 200, { got: size });
}

/** Goes away in the middle of an answer. */
async function leaveAnswer(world: World): Promise<void> {
  const socket = world.open('http');
  socket.write('GET /begin HTTP/1.1\r\nHost: app\r\n\r\n');
  await readUntil(socket, (all) => all.includes('a beginning'));
  await reset(socket);
  world.ledger.add('standpipe_tap_abandoned_requests_total http');
}

/** Goes away in the middle of its own request. */
async function leaveRequest(world: World): Promise<void> {
  const socket = world.open('http');
  socket.write('POST /orders HTTP/1.1\r\nHost: app\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n');
  await readUntil(socket, (all) => all.includes('100 Continue'));
  socket.write(Buffer.alloc(50_000));
  await reset(socket);
  world.ledger.add('standpipe_tap_abandoned_requests_total http');
}

/** Asks for paths that nobody has asked for before: the rows are used up after a hundred of them. */
async function randomPath(world: World): Promise<void> {
  const { dice, ledger } = world;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => world.open('http');
  for (let i = dice.below(20); i >= 0; i -= 1) {
    const word = Array.from({ length: 1 + dice.below(30) }, () => dice.pick([...'ghijklmnopqrstuvwxyz'])).join('');
    await buffer(await send({ agent, path: `/random/${word}/${'long/'.repeat(dice.below(50))}` }));
    ledger.answered('http', 'GET', '*', 200, { got: small });
  }
  agent.destroy();
}

export const http1Clients: readonly Client[] = [
  { name: 'keep-alive', weight: 20, use: keepAlive },
  { name: 'short', weight: 20, use: short },
  { name: 'crowd', weight: 0.2, use: crowd },
  { name: 'pipelining', weight: 8, use: pipelining },
  { name: 'big body', weight: 2, use: bigBody },
  { name: 'stall', weight: 1, use: stall },
  { name: 'leave an answer', weight: 6, use: leaveAnswer },
  { name: 'leave a request', weight: 6, use: leaveRequest },
  { name: 'random paths', weight: 4, use: randomPath },
];
