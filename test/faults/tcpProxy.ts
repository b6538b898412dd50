import type { AddressInfo } from 'node:net';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** What happens to the bytes of all connections. A delay is in milliseconds, for each way. */
export type TcpFault =
  | { readonly do: 'none' }
  /** Every connection is reset at once, and new ones when they open. */
  | { readonly do: 'reset' }
  /** Nothing comes from the server any more; what the client sends still arrives. */
  | { readonly do: 'half-open' }
  /** Nothing passes either way, and no connection is closed; new ones are taken and lead nowhere. */
  | { readonly do: 'blackhole' }
  | { readonly do: 'delay'; readonly ms: number };

/** A TCP proxy before any server, such as a Kafka broker, which can break as networks do. Knows no protocol. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #fault: TcpFault = { do: 'none' };
  /** How many connections clients have opened. */
  connections = 0;

  private constructor(host: string, port: number) {
    this.#server = createServer((client) => {
      this.connections++;
      const server = dial({ host, port });
      this.#join(client, server, 'up');
      this.#join(server, client, 'down');
      if (this.#fault.do === 'reset') client.resetAndDestroy();
    });
  }

  /** Starts a proxy before a server. @param at the port of the proxy, a free one by default, on loopback */
  static async start(host: string, port: number, at = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(host, port);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(at, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sets what happens from now on. What a fault swallowed is lost for good, as its connection is. */
  set fault(fault: TcpFault) {
    this.#fault = fault;
    if (fault.do === 'reset') for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(from: Socket, to: Socket, way: 'up' | 'down'): void {
    this.#sockets.add(from);
    from.on('data', (bytes) => this.#pass(bytes, to, way));
    from.on('end', () => {
      if (!this.#swallows(way)) this.#after(() => to.end());
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!this.#swallows(way)) this.#after(() => to.destroySoon());
    });
  }

  #pass(bytes: Buffer, to: Socket, way: 'up' | 'down'): void {
    if (!this.#swallows(way)) this.#after(() => to.write(bytes));
  }

  #swallows(way: 'up' | 'down'): boolean {
    return this.#fault.do === 'blackhole' || (this.#fault.do === 'half-open' && way === 'down');
  }

  #after(action: () => void): void {
    if (this.#fault.do === 'delay') setTimeout(action, this.#fault.ms);
    else action();
  }
}
