/** The HTTPS server that API servers call. It only carries: what is decided is the handler's. */
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Log, silentLog } from '../kube/log.ts';
import { type AdmissionHandler, type AdmissionReview, admissionReviewSchema, answerTo } from './admissionReview.ts';
import type { Identity } from './certificate.ts';

/** How one request ended. `refused`: it was no AdmissionReview. `failed`: the handler threw. */
export type WebhookOutcome = 'answered' | 'refused' | 'failed';

export interface WebhookServerOptions {
  readonly handle: AdmissionHandler;
  /** What is shown at first. */
  readonly identity: Identity;
  readonly log?: Log | undefined;
  readonly observe?: ((outcome: WebhookOutcome, seconds: number) => void) | undefined;
}

/** The API server itself takes no body over 3 MiB; a review can hold an object and the one before it. */
const bodyLimit = 7 * 1024 * 1024;

/** Longer than the 90 seconds after which API servers close idle connections, so that they are the ones who do it. */
const keepAliveTimeout = 120_000;

/** API servers wait for at most 30 seconds; who needs longer to send a request is none. */
const receiveTimeout = 10_000;

export class WebhookServer {
  readonly #app;
  readonly #options: WebhookServerOptions;
  readonly #log: Log;
  #retired = false;

  constructor(options: WebhookServerOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#app = createApp(options.identity);
    this.#app.addHook('onSend', async (_, reply) => {
      if (this.#retired) reply.header('connection', 'close');
    });
    this.#app.setErrorHandler<FastifyError>((error, request, reply) => this.#fail(error, request, reply));
    this.#app.post<{ Body: AdmissionReview }>(
      '/inject',
      { schema: { body: admissionReviewSchema } },
      (request, reply) => this.#answer(request.body, reply),
    );
  }

  /** Starts to listen, on all addresses by default; port 0 takes any free one. Resolves with where it listens. */
  async listen(port: number, host = anyAddress()): Promise<AddressInfo> {
    await this.#app.listen({ port, host });
    return this.#app.server.address() as AddressInfo;
  }

  /** Shows another certificate from the next connection on; connections that are open stay as they are. */
  swapCertificate(identity: Identity): void {
    this.#app.server.setSecureContext(tlsOptions(identity));
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
    // Without this, a connection whose last answer is given while it closes would stay for the keep-alive time.
    this.retire();
    await this.#app.close();
  }

  async #answer(review: AdmissionReview, reply: FastifyReply): Promise<FastifyReply> {
    const response = await this.#options.handle(review);
    this.#options.observe?.('answered', reply.elapsedTime / 1000);
    return reply.type('application/json').send(JSON.stringify(answerTo(review, response)));
  }

  /** Errors are answered as Kubernetes Status objects: API servers put the message into their own error. */
  #fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const code = error.statusCode ?? 500;
    const isOurs = code >= 500;
    if (isOurs) this.#log.error({ err: error, review: reviewed(request) }, 'The webhook could not answer');
    else this.#log.warn({ err: error, from: request.ip }, 'The webhook was sent something else than a review');
    this.#options.observe?.(isOurs ? 'failed' : 'refused', reply.elapsedTime / 1000);
    const message = isOurs ? 'The webhook failed; its log tells why' : refusal(error);
    return reply.code(code).send({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message });
  }
}

/** Both families where the machine has IPv6. Without a host, fastify would listen on the loopback interface only. */
function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0';
}

function tlsOptions(identity: Identity) {
  return { cert: identity.certificate, key: identity.key, minVersion: 'TLSv1.3' } as const;
}

function createApp(identity: Identity) {
  const app = Fastify({
    https: { ...tlsOptions(identity), handshakeTimeout: receiveTimeout, headersTimeout: receiveTimeout },
    bodyLimit,
    keepAliveTimeout,
    requestTimeout: receiveTimeout,
    // While it closes, what was asked is answered, and connections that carry nothing are closed.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    // A pod may not be refused for a key such as "__proto__"; it is not let through to the handler either.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allowUnionTypes: true } },
  });
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler((_, reply) => {
    const message = 'Only POST /inject is served here';
    return reply.code(404).send({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code: 404, message });
  });
  return app;
}

/** What a log line says about a request whose answer failed: never the object, which may hold what is secret. */
function reviewed(request: FastifyRequest): object | undefined {
  const body = request.body as AdmissionReview | undefined;
  if (body?.request === undefined) return undefined;
  const { uid, namespace, name, operation } = body.request;
  return { uid, namespace, name, operation };
}

function refusal(error: FastifyError): string {
  if (error.validation !== undefined) return `This is no AdmissionReview of admission.k8s.io/v1: ${error.message}`;
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'Send application/json';
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'The body is over the limit of 7 MiB';
  // What a parser says quotes the body, which may hold what is secret.
  return 'The body is no JSON';
}
