/** The HTTPS server that API servers call. It only carries: what is decided is the handler's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Log, silentLog } from '../kube/log.ts';
import { type AdmissionHandler, type AdmissionReview, answerTo } from './admissionReview.ts';
import type { Identity } from './certificate.ts';
import { Refusal, readReview } from './readReview.ts';

/** How one request ended. `refused`: it was no AdmissionReview. `failed`: the handler threw. */
export type WebhookOutcome = 'answered' | 'refused' | 'failed';

export interface WebhookServerOptions {
  readonly handle: AdmissionHandler;
  /** What is shown at first. */
  readonly identity: Identity;
  readonly log?: Log | undefined;
  readonly observe?: ((outcome: WebhookOutcome, seconds: number) => void) | undefined;
}

/** Longer than the 90 seconds after which API servers close idle connections, so that they are the ones who do it. */
const keepAliveTimeout = 120_000;

/** API servers wait for at most 30 seconds; who needs longer to send a request is none. */
const receiveTimeout = 10_000;

export class WebhookServer {
  readonly #options: WebhookServerOptions;
  readonly #log: Log;
  readonly #server: Server;
  #retired = false;

  constructor(options: WebhookServerOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    const timeouts = {
      keepAliveTimeout,
      handshakeTimeout: receiveTimeout,
      headersTimeout: receiveTimeout,
      requestTimeout: receiveTimeout,
    };
    this.#server = createServer({ ...tlsOptions(options.identity), ...timeouts }, (request, response) => {
      void this.#serve(request, response);
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

  /** Shows another certificate from the next connection on; connections that are open stay as they are. */
  swapCertificate(identity: Identity): void {
    this.#server.setSecureContext(tlsOptions(identity));
  }

  /**
   * From now on each answer is the last one of its connection, so that callers go over to other replicas. An API server
   * that asks on a connection in the moment in which this side closes it counts the webhook as failed.
   */
  retire(): void {
    this.#retired = true;
  }

  /** Stops listening, answers what was asked already, closes idle connections, then resolves. */
  async close(): Promise<void> {
    this.retire();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Answers one request; never rejects. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    // A caller that has gone away is not waiting for the answer.
    response.on('error', () => undefined);
    const outcome = await this.#answer(request, response);
    this.#options.observe?.(outcome, (performance.now() - start) / 1000);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<WebhookOutcome> {
    let review: AdmissionReview | undefined;
    try {
      review = await readReview(request);
      this.#send(response, 200, answerTo(review, await this.#options.handle(review)));
      return 'answered';
    } catch (error) {
      if (error instanceof Refusal) {
        const from = request.socket.remoteAddress;
        this.#log.warn({ err: error, from }, 'The webhook was sent something else than a review');
        this.#send(response, error.code, failure(error.code, error.message));
        return 'refused';
      }
      this.#log.error({ err: error, review: review && reviewed(review) }, 'The webhook could not answer');
      this.#send(response, 500, failure(500, 'The webhook failed; its log tells why'));
      return 'failed';
    }
  }

  #send(response: ServerResponse, code: number, body: object): void {
    const text = JSON.stringify(body);
    response.writeHead(code, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      // A refused body may not have been read to its end.
      ...(this.#retired || code !== 200 ? { connection: 'close' } : {}),
    });
    response.end(text);
  }
}

function tlsOptions(identity: Identity) {
  return { cert: identity.certificate, key: identity.key, minVersion: 'TLSv1.3' } as const;
}

/** Errors are answered as Kubernetes Status objects: API servers put the message into their own error. */
function failure(code: number, message: string): object {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message };
}

/** What a log line says about a request whose answer failed: never the object, which may hold what is secret. */
function reviewed({ request: { uid, namespace, name, operation } }: AdmissionReview): object {
  return { uid, namespace, name, operation };
}
