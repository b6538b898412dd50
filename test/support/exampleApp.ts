import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** Content type of Prometheus' text format. */
const pageType = 'text/plain; version=0.0.4';

/** How many bytes the length and the compression flag of a gRPC message take: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export const grpcHead = 5;

const statuses: Readonly<Record<string, number>> = { '/fail': 500, '/missing': 404 };

/** An app with HTTP, gRPC and a page of metrics, on two ports of loopback. */
export class ExampleApp {
  /** What its page says; undefined while it has none. */
  page: string | undefined;
  readonly #http: Server = createServer((request, response) => this.#answer(request, response));
  readonly #grpc: Http2Server = createHttp2Server();

  constructor(page: string) {
    this.page = page;
    // `/shop.Orders/Get14` ends with grpc-status 14, and any method without a number with 0.
    this.#grpc.on('stream', (stream, headers) => {
      const status = /\d+$/.exec(String(headers[':path']))?.[0] ?? '0';
      stream.resume();
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
      stream.on('end', () => stream.end(grpcMessage(40)));
    });
  }

  /** Starts both servers. Returns their ports. */
  async start(): Promise<{ readonly http: number; readonly grpc: number }> {
    const [http, grpc] = await Promise.all([this.#http, this.#grpc].map((server) => portOf(server)));
    return { http: http ?? 0, grpc: grpc ?? 0 };
  }

  stop(): void {
    this.#http.closeAllConnections();
    this.#http.close();
    this.#grpc.close();
  }

  /** Everything but its page is 100 bytes; `/fail` with a status of 500, `/missing` with 404. */
  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (request.url === '/metrics') {
      if (this.page === undefined) response.writeHead(500).end();
      else response.setHeader('content-type', pageType).end(this.page);
      return;
    }
    response.statusCode = statuses[request.url ?? ''] ?? 200;
    request.on('end', () => response.end('x'.repeat(100)));
  }
}

async function portOf(server: Server | Http2Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A gRPC message with so many bytes of content. */
function grpcMessage(bytes: number): Buffer {
  const message = Buffer.alloc(grpcHead + bytes);
  message.writeUInt32BE(bytes, 1);
  return message;
}

/** Calls methods of gRPC over one connection, one after the other, each with a message of so many bytes of content. */
export async function callGrpc(port: number, paths: readonly string[], bytes: number): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`);
  for (const path of paths) {
    const stream = session.request({
      ':path': path,
      ':method': 'POST',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(grpcMessage(bytes));
    stream.resume();
    await once(stream, 'end');
  }
  session.close();
  await once(session, 'close');
}
