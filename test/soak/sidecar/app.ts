/** The app behind the sidecar, a process of its own: it tells its ports to whoever has forked it. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { selfSigned } from '../../../sidecars/metrics/src/testing/certificate.ts';
import { answerPage } from './appPage.ts';
import type { AppPlaces } from './ports.ts';

const piece = Buffer.alloc(64 * 1024, 'content ');
const quiet = (): void => {};

/** Sends that many bytes and no more than the other end takes. */
function* bytes(length: number): Generator<Buffer> {
  for (let rest = length; rest > 0; rest -= piece.length) yield piece.subarray(0, Math.min(rest, piece.length));
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '' } = request;
  const [, kind, size] = /^\/(bytes|chunks|begin|echo|missing|nothing)(?:\/(\d+))?/.exec(url) ?? [];
  request.on('error', quiet);
  response.on('error', quiet);
  if (kind === 'bytes' || kind === 'chunks') {
    if (kind === 'bytes') response.setHeader('content-length', Number(size));
    pipeline(bytes(Number(size)), response, quiet);
  } else if (kind === 'begin') {
    // Never ended: it is for its reader to go away.
    response.setHeader('content-length', 1_000_000);
    response.write('a beginning');
  } else if (kind === 'echo') {
    pipeline(request, response, quiet);
  } else {
    request.resume();
    request.on('end', () => {
      response.statusCode = kind === 'missing' ? 404 : kind === 'nothing' ? 204 : method === 'POST' ? 201 : 200;
      response.end(kind === 'nothing' ? undefined : 'an answer');
    });
  }
}

/** What WebSockets, tunnels and connections without any protocol get: their own bytes. */
function echo(socket: Socket): void {
  pipeline(socket, socket, quiet);
}

function serveHttp(): Server {
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, answer);
  server.on('upgrade', (_, socket: Socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.unshift(head);
    echo(socket);
  });
  server.on('connect', (_, socket: Socket, head) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.unshift(head);
    echo(socket);
  });
  server.on('clientError', (_, socket: Socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  return server;
}

function answerStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', quiet);
  const grpc = headers['content-type'] === 'application/grpc';
  const begins = headers[':path'] === '/begin';
  if (grpc) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': headers['x-status'] ?? '0' }));
  } else stream.respond({ ':status': 200 });
  if (begins) stream.write('a beginning');
  else pipeline(stream, stream, quiet);
}

function serveHttp2(): Server {
  const server = createHttp2Server();
  server.on('stream', answerStream);
  server.on('session', (session) => session.on('error', quiet));
  server.on('sessionError', quiet);
  return server;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(): Promise<AppPlaces> {
  const tls = createTlsServer(await selfSigned('app.test'), answer);
  tls.on('tlsClientError', quiet);
  const closed = createTcpServer();
  const dead = await listen(closed);
  closed.close();
  const http = await listen(serveHttp());
  const ports = {
    http,
    wild: http,
    http2: await listen(serveHttp2()),
    tls: await listen(tls),
    echo: await listen(createTcpServer({ allowHalfOpen: true }, echo)),
    greets: await listen(createTcpServer((socket) => socket.on('error', quiet).write('220 at your service\r\n'))),
    dead,
  };
  return { ports, page: await listen(createServer(answerPage)) };
}

process.send?.(await serve());
process.on('disconnect', () => process.exit());
