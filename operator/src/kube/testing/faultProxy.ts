/** An HTTP proxy before a real API server which can do to its clients what networks and servers do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { request } from 'undici';
import { Connection } from '../connection.ts';

/** What may happen to a request before it is forwarded: its URL changed, or an answer given in the server's place. */
export interface Faults {
  /** Changes the URL of a request. */
  rewrite?: ((url: URL) => void) | undefined;
  /** Answers a request; it is then not forwarded. Returns whether it did. */
  answer?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

export class FaultProxy {
  /** Set and unset at will during a test. */
  readonly faults: Faults = {};
  /** How many connections clients have opened. */
  connections = 0;
  /** The URLs that were asked for. */
  readonly requests: string[] = [];
  readonly #upstream: Connection;
  readonly #server: Server;
  readonly #open = new Set<ServerResponse>();
  #frozen = false;

  private constructor(upstream: Connection) {
    this.#upstream = upstream;
    this.#server = createServer((incoming, response) => {
      this.#forward(incoming, response).catch(() => response.destroy());
    });
    this.#server.on('connection', () => this.connections++);
  }

  /** Starts a proxy on a free port of the loopback interface. */
  static async start(config: KubeConfig): Promise<FaultProxy> {
    const proxy = new FaultProxy(new Connection(config));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A kubeconfig that goes through the proxy. */
  config(): KubeConfig {
    const { address, port } = this.#server.address() as AddressInfo;
    const server = `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'proxy', server, skipTLSVerify: true }, { name: 'proxy' });
    return config;
  }

  /** Breaks all answers under way. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }

  /** Swallows all bytes from now on, and keeps the connections open. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Lets bytes through again, for answers that begin from now on. */
  thaw(): void {
    this.#frozen = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#upstream.close();
  }

  async #forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(incoming.url ?? '');
    if (this.faults.answer?.(incoming, response) === true) return;
    const url = new URL(incoming.url ?? '/', this.#upstream.server);
    this.faults.rewrite?.(url);
    this.#open.add(response);
    const gone = new AbortController();
    response.on('close', () => {
      this.#open.delete(response);
      gone.abort();
    });
    const { dispatcher, headers } = await this.#upstream.credentials();
    const answer = await request(url, {
      dispatcher,
      method: (incoming.method ?? 'GET') as 'GET',
      headers: { ...headers, 'content-type': incoming.headers['content-type'] ?? 'application/json' },
      body: (await text(incoming)) || null,
      signal: gone.signal,
      bodyTimeout: 0,
    });
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
    response.flushHeaders();
    for await (const chunk of answer.body) if (!this.#frozen) response.write(chunk);
    if (!this.#frozen) response.end();
  }
}
