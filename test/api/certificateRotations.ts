import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { expect } from 'vitest';
import { certificateSecret, fieldManager, webhookConfiguration } from '../../operator/src/api/names.ts';
import { mutatingWebhookConfigurations, secrets } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import { ManualClock } from '../../operator/src/kube/testing/manualClock.ts';
import { issueIdentity } from '../../operator/src/webhook/certificate.ts';
import { CertificateController } from '../../operator/src/webhook/certificateController.ts';
import { secretFor, stateFrom } from '../../operator/src/webhook/certificateSecret.ts';
import { bundleOf, certificateLifetimeMs, propagationMs } from '../../operator/src/webhook/rotation.ts';
import { eventually } from '../support/eventually.ts';
import type { WebhookReplicas } from '../support/webhookReplicas.ts';

const namespace = 'standpipe-system';
const dnsNames = ['standpipe-webhook.standpipe-system.svc', 'localhost'];
const manager = `${fieldManager}-certificates`;
const dayMs = 86_400_000;

/**
 * The controller of the webhook's certificate, with a clock that the test moves. API servers know only the real time, so
 * the clock is behind it, and has days to go.
 */
export class CertificateRotations {
  readonly #clock = new ManualClock(Date.now() - 5 * dayMs);
  readonly #end = new AbortController();
  readonly #client: Client;
  readonly #replicas: WebhookReplicas;
  readonly #running: Promise<void>;

  private constructor(client: Client, replicas: WebhookReplicas) {
    this.#client = client;
    this.#replicas = replicas;
    const controller = new CertificateController({
      client,
      namespace,
      secretName: certificateSecret,
      configurationName: webhookConfiguration,
      dnsNames,
      fieldManager: manager,
      clock: this.#clock,
    });
    this.#running = controller.run(this.#end.signal);
  }

  /** Starts the controller; resolves when the first certificate is trusted. */
  static async start(client: Client, replicas: WebhookReplicas): Promise<CertificateRotations> {
    await client.delete(secrets, { namespace, name: certificateSecret }).catch(() => undefined);
    const rotations = new CertificateRotations(client, replicas);
    await rotations.#until(async () => expect(await rotations.#bundle()).toBe(bundleOf(await rotations.#state())));
    return rotations;
  }

  /**
   * Has the certificate replaced by one that is sixty days old already, which is so replaced by a fresh one at once.
   * @returns the authorities of the two
   */
  async rotateTwice(): Promise<string[]> {
    const now = new Date(this.#clock.now() - 61 * dayMs);
    const next = await issueIdentity({ dnsNames, now, lifetimeMs: certificateLifetimeMs });
    const secret = secretFor(namespace, certificateSecret, { ...(await this.#state()), next });
    await this.#client.apply(secrets, secret, { fieldManager: manager, force: true });
    const shown = [await this.#promoted(), await this.#promoted()];
    await this.#clock.leap(dayMs);
    await this.#until(async () => expect(await this.#bundle()).toBe((await this.#state()).serving?.authority));
    return shown;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  /** Waits until the next certificate is trusted, lets the time go by after which it is shown, and waits for that. */
  async #promoted(): Promise<string> {
    const { certificate, authority } = await this.#until(async () => {
      const { next } = await this.#state();
      expect(next?.trustedSince).toBeDefined();
      return next as NonNullable<typeof next>;
    });
    // This is what the five minutes are for: API servers take a moment to hear of the new bundle.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await this.#clock.leap(propagationMs);
    await this.#until(async () => {
      expect((await this.#state()).serving?.certificate).toBe(certificate);
      const bundle = await this.#bundle();
      // Each handshake fails unless the bundle, as it stands in the configuration, trusts what is shown.
      const shown = await Promise.all(this.#replicas.ports.map((port) => authorityShown(port, bundle)));
      expect(shown).toEqual(shown.map(() => new X509Certificate(authority).subject));
    });
    return authority;
  }

  async #state() {
    return stateFrom(await this.#client.get(secrets, { namespace, name: certificateSecret }));
  }

  async #bundle(): Promise<string> {
    const configuration = await this.#client.get(mutatingWebhookConfigurations, { name: webhookConfiguration });
    return Buffer.from(configuration.webhooks?.[0]?.clientConfig.caBundle ?? '', 'base64').toString();
  }

  /** Waits until something holds, and lets a second of the controller's time go by each time it does not. */
  #until<T>(check: () => Promise<T>): Promise<T> {
    return eventually(async () => {
      await this.#clock.advance(1000);
      return await check();
    });
  }
}

/** The name of the authority of the certificate that a server shows. Rejects where none of the bundle is it. */
function authorityShown(port: number, bundle: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: 'localhost', port, servername: 'localhost', ca: bundle });
    socket.on('error', reject).on('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.issuer ?? '');
      socket.destroy();
    });
  });
}
