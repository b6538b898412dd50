import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, request } from 'undici';
import { Connection } from '../../operator/src/kube/connection.ts';

/** A request on its way to the API server. */
export interface Forwarded {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/**
 * The API server behind the proxy. A client that brings a token is forwarded as itself, so that it has its own rights
 * and no more; one without is forwarded with the credentials of the proxy's kubeconfig.
 */
export class Upstream {
  readonly #connection: Connection;
  readonly #anonymous: Agent;

  constructor(config: KubeConfig) {
    this.#connection = new Connection(config);
    const caData = config.getCurrentCluster()?.caData;
    const ca = caData === undefined ? {} : { ca: Buffer.from(caData, 'base64').toString() };
    this.#anonymous = new Agent({ connect: ca, allowH2: false });
  }

  /** The API server's URL. */
  get server(): string {
    return this.#connection.server;
  }

  async send({ method, url, headers, body, signal }: Forwarded): Promise<Dispatcher.ResponseData> {
    const own = headers.authorization === undefined ? await this.#connection.credentials() : undefined;
    return request(url, {
      dispatcher: own?.dispatcher ?? this.#anonymous,
      method: method as Dispatcher.HttpMethod,
      headers: { ...headers, ...own?.headers },
      body: body.length === 0 ? null : body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#connection.close(), this.#anonymous.destroy()]);
  }
}
