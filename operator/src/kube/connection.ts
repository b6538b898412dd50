/**
 * The one connection pool to the API server, with the credentials of a kubeconfig. `KubeConfig` does what it is good
 * at (finding and reading configuration, refreshing tokens); its own transport would open a connection per request.
 */

import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

/** What one request needs. */
export interface Credentials {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

/** Credentials are asked for anew after this long; a token file is then read again when it is a minute old. */
const credentialsTtlMs = 10_000;

/** TCP keep-alive probes start before common load balancers forget an idle connection (60 s on AWS). */
const keepAliveInitialDelay = 30_000;

/** The parts of a TLS configuration that a kubeconfig can carry. */
type TlsMaterial = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

export class Connection {
  /** The API server's URL, without a trailing slash. */
  readonly server: string;
  readonly #config: KubeConfig;
  #dispatcher: Dispatcher | undefined;
  #material = '';
  #cached: { readonly until: number; readonly value: Promise<Credentials> } | undefined;

  /** Uses the current context of the configuration; throws when that context names no cluster. */
  constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) {
      throw new Error('No cluster to talk to: set KUBECONFIG, or run inside a pod that has a service account token');
    }
    this.server = cluster.server.replace(/\/+$/, '');
    this.#config = config;
  }

  /** The pool and the authentication headers, at most ten seconds old. */
  credentials(): Promise<Credentials> {
    const now = performance.now();
    if (this.#cached === undefined || this.#cached.until <= now) {
      this.#cached = { until: now + credentialsTtlMs, value: this.#resolve() };
      this.#cached.value.catch(() => this.forget());
    }
    return this.#cached.value;
  }

  /** Makes the next request ask for credentials anew: call it when the server refused them. */
  forget(): void {
    this.#cached = undefined;
  }

  /** Closes the pool without waiting for what is in flight. */
  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }

  async #resolve(): Promise<Credentials> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    const dispatcher = this.#pool(definedOnly({ ca, cert, key, servername, rejectUnauthorized }));
    return { dispatcher, headers: authenticationHeaders(options) };
  }

  /** The pool is replaced only when the certificates changed; the old one finishes what it carries. */
  #pool(tls: TlsMaterial): Dispatcher {
    const material = JSON.stringify(tls);
    if (this.#dispatcher !== undefined && material === this.#material) return this.#dispatcher;
    this.#dispatcher?.close().catch(() => undefined);
    this.#dispatcher = createPool(this.#config, tls);
    this.#material = material;
    return this.#dispatcher;
  }
}

function definedOnly(tls: { readonly [K in keyof TlsMaterial]: TlsMaterial[K] | undefined }): TlsMaterial {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}

/** HTTP/1.1 only: each watch then has a connection of its own, and a stalled one holds up nothing else. */
function createPool(config: KubeConfig, tls: TlsMaterial): Dispatcher {
  const wanted = config.createDispatcherOptions(config.getCurrentCluster(), tls);
  if (wanted.type === 'socks') {
    throw new Error('A SOCKS proxy (proxy-url in the kubeconfig) is not supported: use an HTTP proxy');
  }
  if (wanted.type === 'proxy') {
    return new ProxyAgent({ uri: wanted.uri, requestTls: tls, allowH2: false });
  }
  return new Agent({ connect: { ...tls, keepAlive: true, keepAliveInitialDelay }, allowH2: false });
}

function authenticationHeaders(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file may end with a newline, which no header may contain.
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}
