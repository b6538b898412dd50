import { createHash, type Hash } from 'node:crypto';
import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { PortProtocol } from '../../../../../operator/src/config/metrics.ts';
import { createLogger } from '../../../../common/src/log.ts';
import { PortMetrics } from '../../inbound/port-metrics.ts';
import { RouteTable } from '../../inbound/route-table.ts';
import type { Row } from '../../inbound/row.ts';
import { RowBudget } from '../../inbound/row-budget.ts';
import { ConnectionLimit } from '../connection-limit.ts';
import { openPortTap, type PortTap } from '../port-tap.ts';
import type { ReadPath } from '../read-path.ts';

const loopback = '127.0.0.1';

export const log = createLogger({ component: 'test', write: () => {} });

/** A tap in front of a port of this machine, and what it has counted. */
export interface TestTap {
  readonly tap: PortTap;
  readonly port: number;
  readonly metrics: PortMetrics;
  /** Requests by `METHOD route status`. */
  counts(): Record<string, number>;
  /** gRPC calls by `service method grpc-status`. */
  calls(): Record<string, number>;
}

export interface TestTapOptions {
  readonly max?: number;
  readonly maxWaiting?: number;
  readonly protocol?: PortProtocol;
  readonly appHosts?: readonly string[];
  readonly hosts?: readonly string[];
  readonly forwardedFor?: () => boolean;
}

/** Opens a tap on a free port and waits until it listens. */
export async function openTap(readPath: ReadPath, app: number, options: TestTapOptions = {}): Promise<TestTap> {
  const { max = 1000, maxWaiting = 0, protocol = 'http', appHosts = [loopback], hosts = [loopback] } = options;
  const { forwardedFor = () => false } = options;
  const metrics = new PortMetrics('test', new RouteTable(), new RowBudget(2000));
  const tap = openPortTap({
    port: { name: 'test', listen: 0, app, protocol },
    appHosts,
    observer: metrics,
    forwardedFor,
    readPath,
    limit: new ConnectionLimit(max, maxWaiting),
    log,
    hosts,
  });
  await until(() => tap.listening.listening);
  const counts = () => countsOf(metrics.http.table.rows);
  const calls = () => countsOf(metrics.grpc.table.rows);
  return { tap, port: tap.listening.port, metrics, counts, calls };
}

function countsOf(rows: readonly Row[]): Record<string, number> {
  const textOf = ({ labels }: Row) => labels.slice(1).map(([, value]) => value);
  return Object.fromEntries(rows.map((row) => [textOf(row).join(' '), row.histogram.count]));
}

/** Waits for something that happens on other sockets; the test's own time limit is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Makes a server listen on a free (or the given) loopback port. */
export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server that does one thing with every raw connection. */
export function rawServer(onSocket: (socket: Socket) => void): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
}

export interface Answer {
  readonly status: number;
  readonly length: number;
  readonly digest: string;
  readonly trailers: NodeJS.Dict<string>;
}

/** Asks over an agent and digests the answer; `slowly` pauses after every piece for that many milliseconds. */
export function ask(options: RequestOptions, body?: Buffer, slowly?: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request({ host: '127.0.0.1', ...options }, (answer) => {
      digest(answer, slowly).then(resolve, reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function digest(answer: IncomingMessage, slowly: number | undefined): Promise<Answer> {
  const hash: Hash = createHash('sha1');
  let length = 0;
  for await (const piece of answer) {
    hash.update(piece);
    length += piece.length;
    if (slowly !== undefined) await new Promise((resolve) => setTimeout(resolve, slowly));
  }
  return { status: answer.statusCode ?? 0, length, digest: hash.digest('hex'), trailers: answer.trailers };
}

export const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

export const keepAlive = (sockets = 4): Agent => new Agent({ keepAlive: true, maxSockets: sockets });

/** A raw client: what it has received and how its connection ended. */
export interface RawClient {
  readonly socket: Socket;
  readonly text: () => string;
  /** The code of the error that ended the connection, or 'closed'. */
  readonly ended: Promise<string>;
}

export function rawClient(port: number, host = loopback): RawClient {
  const socket = connect({ port, host, allowHalfOpen: true });
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.on('close', () => resolve('closed'));
  });
  return { socket, text: () => text, ended };
}
