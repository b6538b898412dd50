import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type Http2Server, type Settings } from 'node:http2';
import { connect as connectSocket, type Server } from 'node:net';
import type { Random } from './random.ts';
import { listen, rawServer } from './world.ts';

/** What passed between a real client and a real server: pieces in their order, and by whom. */
export interface Recording {
  readonly pieces: readonly { readonly asks: boolean; readonly bytes: Buffer }[];
  /** `METHOD path status`, for gRPC with the grpc-status, sorted. */
  readonly exchanges: readonly string[];
}

/** What one stream of a recording asks for and is answered. */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly grpcStatus: number | undefined;
  readonly asked: number;
  readonly answered: number;
  readonly fields: Record<string, string>;
}

const sizes = [0, 64, 1000, 4096, 65_536];

/** Lets node's client and server speak to each other, with settings, fields and bodies by chance. */
export async function record(random: Random): Promise<Recording> {
  const calls = Array.from({ length: random.whole(1, 30) }, (_, index) => callBy(random, index));
  const settings = (): Settings => ({ headerTableSize: random.one(sizes) });
  const app = createServer({ settings: settings(), maxDeflateDynamicTableSize: random.one(sizes) });
  answerAll(app, calls);
  const pieces: { asks: boolean; bytes: Buffer }[] = [];
  const wire = recordingServer(await listen(app), pieces);
  const session = connect(`http://127.0.0.1:${await listen(wire)}`, {
    settings: settings(),
    maxDeflateDynamicTableSize: random.one(sizes),
  });
  for (let at = 0; at < calls.length; ) {
    const together = calls.slice(at, at + random.whole(1, 10));
    await Promise.all(together.map((call, place) => ask(session, call, at + place)));
    at += together.length;
    if (random.next() < 0.2) session.settings(settings());
  }
  session.close();
  await once(session, 'close');
  app.close();
  wire.close();
  return { pieces, exchanges: calls.map(sentence).sort() };
}

function callBy(random: Random, index: number): Call {
  const word = () => random.one(['a', 'order', 'x-y', '42', 'Äé~{}', 'eeee\x80\xff', 'q'.repeat(random.whole(1, 300))]);
  const grpc = random.next() < 0.4;
  const fields = random.some(6, () => [`x-${random.one(['a', 'b', 'c'])}${random.whole(0, 9)}`, word()] as const);
  const path = grpc
    ? `/shop.v1.Orders/Get${index}`
    : `/${random.one(['p', 'items', 'p'.repeat(100)])}/${random.whole(0, 3)}`;
  return {
    method: grpc ? 'POST' : random.one(['GET', 'POST', 'PUT', 'DELETE']),
    path,
    status: grpc ? 200 : random.one([200, 201, 204, 404, 418, 500]),
    grpcStatus: grpc ? random.whole(0, 16) : undefined,
    asked: random.one([0, 0, 10, 3000]),
    answered: random.one([0, 1, 100, 1500, index === 0 ? 20_000 : 5]),
    fields: Object.fromEntries([...fields, ...(grpc ? [['content-type', random.one(grpcTypes)] as const] : [])]),
  };
}

const grpcTypes = ['application/grpc', 'application/grpc+proto'];

const sentence = ({ method, path, status, grpcStatus }: Call) =>
  `${method} ${path} ${status}${grpcStatus === undefined ? '' : ` ${grpcStatus}`}`;

function answerAll(app: Http2Server, calls: readonly Call[]): void {
  app.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.resume();
    const call = calls[Number(headers['x-call'])];
    if (call === undefined) return;
    const { status, grpcStatus, answered, fields } = call;
    const bodiless = status === 204;
    if (answered % 100 === 1) stream.additionalHeaders({ ':status': 103, link: '</a>' });
    // gRPC answers with trailers; or, where there is nothing else to say, with a head alone.
    const trailers = grpcStatus !== undefined && answered > 0;
    const head = {
      ...fields,
      ':status': status,
      ...(!trailers && grpcStatus !== undefined && { 'grpc-status': grpcStatus }),
    };
    stream.respond(head, { waitForTrailers: trailers, endStream: bodiless || answered === 0 });
    if (bodiless || answered === 0) return;
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(grpcStatus), ...fields }));
    stream.end(Buffer.alloc(answered, 'b'));
  });
}

async function ask(session: ClientHttp2Session, call: Call, index: number): Promise<void> {
  const { method, path, asked, fields } = call;
  const endStream = asked === 0;
  const stream = session.request(
    { ...fields, 'x-call': index, ':method': method, ':path': `${path}?q=${index}` },
    { endStream },
  );
  if (!endStream) stream.end(Buffer.alloc(asked, 'a'));
  stream.resume();
  await once(stream, 'close');
}

function recordingServer(app: number, pieces: { asks: boolean; bytes: Buffer }[]): Server {
  return rawServer((client) => {
    const socket = connectSocket(app, '127.0.0.1');
    socket.on('error', () => client.destroy());
    client.on('data', (bytes) => {
      pieces.push({ asks: true, bytes });
      socket.write(bytes);
    });
    socket.on('data', (bytes) => {
      pieces.push({ asks: false, bytes });
      client.write(bytes);
    });
    client.on('end', () => socket.end());
    socket.on('end', () => client.end());
  });
}
