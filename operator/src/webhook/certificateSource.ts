/** Follows the certificate in its Secret and hands on each new one: the webhook's only reading of Secrets. */
import { createSecureContext } from 'node:tls';
import { type Secret, secrets } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { Reflector, type ReflectorHooks } from '../kube/reflector.ts';
import { Store } from '../kube/store.ts';
import type { Identity } from './certificate.ts';
import { servingFrom } from './certificateSecret.ts';

export interface CertificateSourceOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly secretName: string;
  /** Told of each certificate that can be served; the first call is the earliest moment to start a server. */
  readonly onCertificate: (identity: Identity) => void;
  readonly log?: Log | undefined;
  readonly hooks?: ReflectorHooks | undefined;
}

export class CertificateSource {
  readonly #options: CertificateSourceOptions;
  readonly #log: Log;
  #current: Identity | undefined;

  constructor(options: CertificateSourceOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** The certificate that was handed on last. */
  get current(): Identity | undefined {
    return this.#current;
  }

  /** Runs until the signal aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, namespace, secretName, hooks } = this.#options;
    const store = new Store<Secret>();
    store.onChange((_, after) => this.#take(after));
    const fieldSelector = `metadata.name=${secretName}`;
    const reflector = new Reflector({ client, type: secrets, namespace, fieldSelector, store, hooks, log: this.#log });
    await reflector.run(signal);
  }

  /** A certificate that is gone or cannot be used leaves the last good one in place. */
  #take(secret: Secret | undefined): void {
    const identity = servingFrom(secret);
    if (identity === undefined || isSame(identity, this.#current)) return;
    try {
      createSecureContext({ cert: identity.certificate, key: identity.key });
    } catch (err) {
      this.#log.error(
        { err, secret: this.#options.secretName },
        'The webhook certificate cannot be used, the last one stays',
      );
      return;
    }
    this.#current = identity;
    this.#options.onCertificate(identity);
  }
}

function isSame(a: Identity, b: Identity | undefined): boolean {
  return a.certificate === b?.certificate && a.key === b.key;
}
