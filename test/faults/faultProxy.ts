/** An HTTP proxy before a real API server which does to its clients what networks, servers and crashes do. */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { type Identity, issueIdentity } from '../../operator/src/webhook/certificate.ts';
import { apiRequest } from './apiRequest.ts';
import { Exchange, statusBody } from './exchange.ts';
import { FaultBook } from './faultBook.ts';
import type { Fault, FaultPlan } from './plan.ts';
import { Recordings } from './recordings.ts';
import { RequestLog } from './requestLog.ts';
import { Upstream } from './upstream.ts';
import { WatchFault } from './watchFault.ts';
import { WatchRelay } from './watchRelay.ts';

export interface FaultProxyOptions {
  readonly plan?: FaultPlan;
  /** Speak TLS to clients, with a certificate for `localhost` that is made for this run. */
  readonly tls?: boolean;
  /** Kills the client; resolves when it is dead. */
  readonly kill?: () => Promise<void>;
}

/** What a test in the same process may do to a request beside the plan. */
export interface Hooks {
  /** Changes the URL of a request. */
  rewrite?: ((url: URL) => void) | undefined;
  /** Answers a request; it is then not forwarded. Returns whether it did. */
  answer?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

const day = 24 * 3_600_000;

export class FaultProxy {
  /** Set and unset at will during a test. */
  readonly faults: Hooks = {};
  /** How many connections clients have opened. */
  connections = 0;
  /** The URLs that were asked for. */
  readonly requests: string[] = [];
  readonly log = new RequestLog();
  /** What the run is about at present: faults and the log tell phases apart. */
  phase = '';
  readonly #options: FaultProxyOptions;
  readonly #upstream: Upstream;
  readonly #server: Server;
  readonly #identity: Identity | undefined;
  readonly #open = new Set<ServerResponse>();
  readonly #recordings = new Recordings();
  #book: FaultBook;
  #frozen = false;

  private constructor(upstream: Upstream, options: FaultProxyOptions, identity: Identity | undefined) {
    this.#upstream = upstream;
    this.#options = options;
    this.#identity = identity;
    this.#book = new FaultBook(options.plan ?? { faults: [] });
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      this.#handle(request, response).catch(() => response.destroy());
    };
    this.#server =
      identity === undefined
        ? createHttpServer(handle)
        : createHttpsServer({ cert: identity.certificate, key: identity.key }, handle);
    this.#server.on('connection', () => this.connections++);
  }

  /** Starts a proxy on a free port of the loopback interface. @param config leads to the API server */
  static async start(config: KubeConfig, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const request = { dnsNames: ['localhost'], now: new Date(), lifetimeMs: day };
    const identity = options.tls === true ? await issueIdentity(request) : undefined;
    const proxy = new FaultProxy(new Upstream(config), options, identity);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A kubeconfig that goes through the proxy. @param token a client's own; without, it has the proxy's rights */
  config(token?: string): KubeConfig {
    const { port } = this.#server.address() as AddressInfo;
    const authority = this.#identity?.authority;
    const cluster =
      authority === undefined
        ? { name: 'proxy', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }
        : { name: 'proxy', server: `https://localhost:${port}`, caData: Buffer.from(authority).toString('base64') };
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { skipTLSVerify: false, ...cluster },
      { name: 'proxy', ...(token === undefined ? {} : { token }) },
    );
    return config;
  }

  /** Follows another plan from now on, counting from the beginning. */
  load(plan: FaultPlan): void {
    this.#book = new FaultBook(plan);
  }

  /** The faults of the plan that have struck. */
  struck(): readonly Fault[] {
    return this.#book.struck();
  }

  /** Breaks all answers under way. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }

  /** Swallows the answers' bytes from now on, and keeps the connections open. */
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

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(incoming.url ?? '');
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
    if (this.faults.answer?.(incoming, response) === true) return;
    const url = new URL(incoming.url ?? '/', this.#upstream.server);
    const { 'content-type': contentType, 'user-agent': userAgent } = incoming.headers;
    const request = apiRequest(incoming.method ?? 'GET', url, contentType, userAgent);
    const entry = this.log.add(request, this.phase);
    const fault = this.#book.strike(request, this.phase);
    if (fault !== undefined) entry.fault = described(fault);
    this.faults.rewrite?.(url);
    const exchange = new Exchange(entry, incoming, response);
    const body = await buffer(incoming);
    if (await this.#instead(exchange, url, fault)) return;
    if (request.verb === 'watch') await this.#watch(exchange, url, fault);
    else await this.#call(exchange, url, body, fault);
  }

  /** The faults that keep a request from the server. Returns whether this was one. */
  async #instead(exchange: Exchange, url: URL, fault: Fault | undefined): Promise<boolean> {
    const watched = exchange.entry.verb === 'watch';
    switch (fault?.do) {
      case 'answer': {
        const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
        await exchange.answer(fault.status, statusBody(fault.status, fault.reason ?? ''), headers);
        return true;
      }
      case 'reset':
        if (watched || fault.at === 'unanswered') return false;
        exchange.reset();
        return true;
      case 'silence':
        return !watched;
      case 'kill':
        if (fault.at !== 'before') return false;
        await this.#kill();
        exchange.reset();
        return true;
      case 'replay': {
        const old = this.#recordings.get(url, fault.of ?? 1);
        if (old === undefined) return false;
        await exchange.answer(200, old);
        return true;
      }
      default:
        return false;
    }
  }

  /** One call. It is carried through even if its client goes away meanwhile, as the API server does. */
  async #call(exchange: Exchange, url: URL, body: Buffer, fault: Fault | undefined): Promise<void> {
    const { entry } = exchange;
    const answer = await this.#upstream.send({
      method: exchange.request.method ?? 'GET',
      url,
      headers: exchange.headers(),
      body,
      signal: entry.write ? new AbortController().signal : exchange.gone,
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const { statusCode: status, headers } = answer;
    entry.status = status;
    if (entry.write) entry.version = versionIn(bytes);
    else if (status === 200) this.#recordings.add(url, bytes);
    const retryAfter = headers['retry-after'] === undefined ? {} : { 'retry-after': String(headers['retry-after']) };
    if (fault?.do === 'delay') await sleep(fault.seconds * 1000);
    if (fault?.do === 'kill' && fault.at === 'unanswered') await this.#kill();
    if (fault?.do === 'reset' || (fault?.do === 'kill' && fault.at === 'unanswered')) return exchange.reset();
    if (this.#frozen) return;
    if (fault?.do === 'truncate') {
      exchange.begin(status, { 'content-length': String(bytes.length) });
      exchange.response.write(bytes.subarray(0, bytes.length / 2), () => exchange.reset());
      return;
    }
    await exchange.answer(status, bytes, retryAfter);
    if (fault?.do === 'kill') await this.#kill();
  }

  async #watch(exchange: Exchange, url: URL, fault: Fault | undefined): Promise<void> {
    const { gone } = exchange;
    if (fault?.do === 'delay') await sleep(fault.seconds * 1000, undefined, { signal: gone });
    const headers = exchange.headers();
    const answer = await this.#upstream.send({ method: 'GET', url, headers, body: Buffer.alloc(0), signal: gone });
    exchange.begin(answer.statusCode);
    const watchFault = fault === undefined || answer.statusCode !== 200 ? undefined : new WatchFault(fault);
    await new WatchRelay(exchange, watchFault, () => this.#frozen).run(answer.body);
  }

  async #kill(): Promise<void> {
    if (this.#options.kill === undefined) throw new Error('The plan kills the client, which nobody said how to do');
    await this.#options.kill();
  }
}

function described({ on: _on, skip: _skip, times: _times, every: _every, after, ...action }: Fault): string {
  const parameters = Object.entries({ ...action, do: undefined, after })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  return [action.do, ...parameters].join(' ');
}

function versionIn(body: Buffer): string {
  const object = JSON.parse(body.toString()) as { readonly metadata?: { readonly resourceVersion?: string } };
  return object.metadata?.resourceVersion ?? '';
}
