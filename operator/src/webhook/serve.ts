/** The webhook as a process runs it: certificate, HTTPS server and probes, from the start to a clean end. */
import type { Client } from '../kube/client.ts';
import { type Clock, sleep, systemClock } from '../kube/clock.ts';
import { type Log, silentLog } from '../kube/log.ts';
import type { ReflectorHooks } from '../kube/reflector.ts';
import { type Checks, type Page, ProbeServer } from '../observe/probes.ts';
import type { AdmissionHandler } from './admissionReview.ts';
import type { Identity } from './certificate.ts';
import { CertificateSource } from './certificateSource.ts';
import { type WebhookOutcome, WebhookServer } from './server.ts';

export interface ServeWebhookOptions {
  readonly client: Client;
  /** Where the Secret with the certificate is. */
  readonly namespace: string;
  readonly secretName: string;
  readonly handle: AdmissionHandler;
  /** Where API servers call, usually 8443. */
  readonly port: number;
  /** Where the kubelet and Prometheus ask, usually 8081. */
  readonly probePort: number;
  /** Only this address is listened on; all by default. */
  readonly host?: string | undefined;
  /** What must be true, beside the certificate, before requests may come. */
  readonly ready?: Checks | undefined;
  readonly live?: Checks | undefined;
  readonly pages?: Readonly<Record<string, Page>> | undefined;
  /** For how long requests are still expected after the end was asked for: until nobody sends them any more. */
  readonly drainMs?: number | undefined;
  readonly observe?: ((outcome: WebhookOutcome, seconds: number) => void) | undefined;
  /** Told of each certificate before it is shown. */
  readonly onCertificate?: ((identity: Identity) => void) | undefined;
  readonly reflectorHooks?: ReflectorHooks | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

/** Where it listens. */
export interface WebhookPorts {
  readonly port: number;
  readonly probePort: number;
}

/** Endpoints are taken out of load balancing within a second or two of a pod's end; slow clusters take longer. */
const defaultDrainMs = 5000;

/**
 * Runs the webhook until the signal aborts; it then tells that it is not ready, goes on answering for `drainMs`, each
 * connection once, and resolves when all is answered. Rejects where a port cannot be had. `onListening` is called once the first
 * certificate has come and both ports are open.
 */
export async function serveWebhook(
  options: ServeWebhookOptions,
  signal: AbortSignal,
  onListening: (ports: WebhookPorts) => void = () => undefined,
): Promise<void> {
  const { client, namespace, secretName, host, log = silentLog, clock = systemClock } = options;
  const end = new AbortController();
  const first = Promise.withResolvers<Identity>();
  let server: WebhookServer | undefined;
  let listening = false;
  const probes = new ProbeServer({
    live: options.live,
    ready: { ...options.ready, certificate: () => listening, running: () => !signal.aborted },
    pages: options.pages,
  });
  const onCertificate = (identity: Identity): void => {
    log.info({}, 'A webhook certificate came');
    options.onCertificate?.(identity);
    server?.swapCertificate(identity);
    first.resolve(identity);
  };
  const source = new CertificateSource({
    client,
    namespace,
    secretName,
    onCertificate,
    log,
    hooks: options.reflectorHooks,
  });
  const { port: probePort } = await probes.listen(options.probePort, host);
  const following = source.run(end.signal);
  try {
    if (await Promise.race([first.promise, aborted(signal)])) {
      server = new WebhookServer({ ...options, identity: source.current ?? (await first.promise) });
      const { port } = await server.listen(options.port, host);
      listening = true;
      log.info({ port, probePort }, 'The webhook listens');
      onListening({ port, probePort });
      await aborted(signal);
      server.retire();
      await sleep(clock, options.drainMs ?? defaultDrainMs, end.signal);
    }
  } finally {
    end.abort();
    await server?.close();
    await following;
    await probes.close();
  }
}

/** Resolves with undefined when the signal aborts. */
function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}
