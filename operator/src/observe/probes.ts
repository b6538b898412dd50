/** The plain port on which the kubelet asks whether a process lives and is ready, and Prometheus for its metrics. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** By name: whether this part is in order. */
export type Checks = Readonly<Record<string, () => boolean>>;

/** A further page: its content type and its text. It is told whether the process is ready. */
export type Page = (ready: boolean) => Promise<{ readonly contentType: string; readonly text: string }>;

export interface ProbeServerOptions {
  /** If one of these is false, the kubelet shall restart the process. Never tie them to the API server or a broker. */
  readonly live?: Checks | undefined;
  /** Only while all of these are true, requests shall come. */
  readonly ready: Checks;
  /** By path, such as `/metrics`. */
  readonly pages?: Readonly<Record<string, Page>> | undefined;
}

export class ProbeServer {
  readonly #options: ProbeServerOptions;
  readonly #server: Server;

  constructor(options: ProbeServerOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      const [path = '/'] = (request.url ?? '/').split('?', 1);
      this.#answer(path, response).catch((error: Error) => send(response, 500, `${error.message}\n`));
    });
  }

  /** Starts to listen, on all addresses by default; port 0 takes any free one. Resolves with where it listens. */
  async listen(port: number, host?: string): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, resolve);
    });
    return this.#server.address() as AddressInfo;
  }

  /** Stops at once. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/healthz') return verdict(response, this.#options.live ?? {});
    if (path === '/readyz') return verdict(response, this.#options.ready);
    const page = this.#options.pages?.[path];
    if (page === undefined) return send(response, 404, 'not found\n');
    const { contentType, text } = await page(allTrue(this.#options.ready));
    return send(response, 200, text, contentType);
  }
}

/** Names each check with its state, so that `kubectl get --raw` or a port-forward shows what is missing. */
function verdict(response: ServerResponse, checks: Checks): void {
  const states = Object.entries(checks).map(([name, check]) => ({ name, ok: check() }));
  const lines = states.map(({ name, ok }) => `${ok ? 'ok' : 'NOT READY'} ${name}\n`);
  send(response, allTrue(checks) ? 200 : 503, lines.join('') || 'ok\n');
}

function allTrue(checks: Checks): boolean {
  return Object.values(checks).every((check) => check());
}

function send(response: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}
