import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** One address before several servers, as a Service is: each new connection goes to the next of them. */
export class RoundRobin {
  /** The local ports that new connections go to; with none, they are closed at once. */
  targets: readonly number[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;

  constructor() {
    this.#server = createServer((client) => {
      const port = this.targets[this.#next++ % this.targets.length];
      if (port === undefined) client.destroy();
      else this.#join(client, dial({ host: 'localhost', port }));
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, resolve);
    });
  }

  /** Leads somewhere else: connections that are open are cut. */
  turnTo(...targets: readonly number[]): void {
    this.targets = targets;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.turnTo();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(...[a, b]: readonly [Socket, Socket]): void {
    a.pipe(b).pipe(a);
    for (const [one, other] of [[a, b] as const, [b, a] as const]) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
