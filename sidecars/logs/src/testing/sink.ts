import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

/** A record as the sink got it. */
export type SinkRecord = Readonly<Record<string, unknown>>;

/** An HTTP sink on loopback that keeps what it accepts. */
export interface Sink {
  readonly port: number;
  readonly records: readonly SinkRecord[];
  /** The status that is answered; records count only with 200. */
  answer(status: number, delayMs?: number): void;
  /** Refuses connections until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a sink. */
export async function startSink(): Promise<Sink> {
  const records: SinkRecord[] = [];
  let status = 200;
  let delayMs = 0;
  const serve = () =>
    createServer(async (request, response) => {
      const parts: Buffer[] = [];
      try {
        for await (const part of request) parts.push(part as Buffer);
      } catch {
        return;
      }
      const body = Buffer.concat(parts);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      if (delayMs > 0) await sleep(delayMs);
      if (status === 200) {
        for (const line of text.split('\n')) if (line !== '') records.push(JSON.parse(line));
      }
      response.writeHead(status).end();
    });
  let server: Server = await listen(serve(), 0);
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    port,
    records,
    answer(next, delay = 0) {
      status = next;
      delayMs = delay;
    },
    down: close,
    async up() {
      server = await listen(serve(), port);
    },
    close,
  };
}

/** Returns a loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await listen(createServer(), 0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
