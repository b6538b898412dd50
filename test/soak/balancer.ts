import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** A webhook process as the balancer sees it. */
export interface Backend {
  readonly port: number;
  /** Whether it may get connections; asked all the time. */
  readonly ready: () => Promise<boolean>;
}

/** How often backends are asked whether they are ready, in milliseconds: about as soon as endpoints follow a pod. */
const askMs = 300;

/** Stands in for a Service and the proxies of nodes: new connections go to backends that are ready, in turn. */
export class Balancer {
  readonly #backends: readonly Backend[];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #ready: readonly Backend[] = [];
  #turn = 0;
  #asking: NodeJS.Timeout | undefined;
  #cutOff = false;

  constructor(backends: readonly Backend[]) {
    this.#backends = backends;
    this.#server = createServer((client) => this.#connect(client));
  }

  /** Listens on a port of the loopback interface. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.#asking = setInterval(() => void this.#ask(), askMs);
    await this.#ask();
  }

  /** Lets no connection through, and ends those there are; or takes them again. */
  set cutOff(cutOff: boolean) {
    this.#cutOff = cutOff;
    if (cutOff) this.cut();
  }

  /** Ends all connections; the next ones go to whoever's turn it is. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    clearInterval(this.#asking);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #ask(): Promise<void> {
    const answers = await Promise.all(
      this.#backends.map(async (backend) => ((await backend.ready()) ? [backend] : [])),
    );
    this.#ready = answers.flat();
  }

  #connect(client: Socket): void {
    const backend = this.#ready[this.#turn++ % Math.max(1, this.#ready.length)];
    if (this.#cutOff || backend === undefined) {
      client.resetAndDestroy();
      return;
    }
    const server = dial({ host: '127.0.0.1', port: backend.port });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
