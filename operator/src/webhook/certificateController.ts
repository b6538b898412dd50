/** Keeps the webhook's certificate fresh in its Secret, and its authorities in the webhook configuration. */
import {
  type MutatingWebhookConfiguration,
  mutatingWebhookConfigurations,
  type Secret,
  secrets,
} from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { type Clock, systemClock } from '../kube/clock.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { type ReconcileHooks, ReconcileLoop, type Result } from '../kube/reconcileLoop.ts';
import { Reflector, type ReflectorHooks } from '../kube/reflector.ts';
import { Store } from '../kube/store.ts';
import { type Identity, issueIdentity } from './certificate.ts';
import { secretFor, stateFrom } from './certificateSecret.ts';
import {
  afterRotation,
  bundleOf,
  type CertificateState,
  certificateLifetimeMs,
  decideRotation,
  type RotationStep,
} from './rotation.ts';

export interface CertificateControllerOptions {
  readonly client: Client;
  /** Where the Secret is, and the Service by which API servers call the webhook. */
  readonly namespace: string;
  readonly secretName: string;
  readonly configurationName: string;
  /** The names by which the webhook is called; the first is `<service>.<namespace>.svc`. */
  readonly dnsNames: readonly string[];
  readonly fieldManager: string;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  readonly loopHooks?: ReconcileHooks | undefined;
  readonly reflectorHooks?: ReflectorHooks | undefined;
}

/** The loop has one key only: the Secret and the configuration are looked at together. */
const onlyKey = 'certificate';

/** Everything is looked at again at least this often. */
const longestWaitMs = 3_600_000;

export class CertificateController {
  readonly #options: CertificateControllerOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #loop: ReconcileLoop;
  readonly #secretStore = new Store<Secret>();
  readonly #configurationStore = new Store<MutatingWebhookConfiguration>();

  constructor(options: CertificateControllerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#loop = new ReconcileLoop({
      name: 'webhook-certificate',
      reconcile: (_, signal) => this.#reconcile(signal),
      concurrency: 1,
      hooks: options.loopHooks,
      log: this.#log,
      clock: this.#clock,
    });
  }

  /** Runs until the signal aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, namespace, secretName, configurationName, reflectorHooks } = this.#options;
    const shared = { client, log: this.#log, hooks: reflectorHooks };
    const reflectors = [
      new Reflector({
        ...shared,
        type: secrets,
        namespace,
        fieldSelector: `metadata.name=${secretName}`,
        store: this.#secretStore,
      }).run(signal),
      new Reflector({
        ...shared,
        type: mutatingWebhookConfigurations,
        fieldSelector: `metadata.name=${configurationName}`,
        store: this.#configurationStore,
      }).run(signal),
    ];
    const enqueue = (): void => this.#loop.queue.add(onlyKey);
    await Promise.race([
      Promise.all([this.#secretStore.synced, this.#configurationStore.synced]),
      Promise.all(reflectors),
    ]);
    this.#secretStore.onChange(enqueue);
    this.#configurationStore.onChange(enqueue);
    enqueue();
    await Promise.all([...reflectors, this.#loop.run(signal)]);
  }

  /** Takes steps until there is nothing to do for now. Reads the server, because the cache may be behind a step. */
  async #reconcile(signal: AbortSignal): Promise<Result> {
    const { client, namespace, secretName, configurationName, dnsNames } = this.#options;
    for (;;) {
      const secret = await client.find(secrets, { namespace, name: secretName }, { signal });
      const configuration = await client.find(mutatingWebhookConfigurations, { name: configurationName }, { signal });
      const state = stateFrom(secret);
      const bundleWritten = hasBundle(configuration, bundleOf(state));
      const now = this.#clock.date();
      const step = decideRotation({ state, bundleWritten, dnsNames, now });
      if (step.do === 'wait') return { requeueAfterMs: waitMs(step.until, now) };
      if (step.do === 'write_bundle' && configuration === undefined) {
        this.#log.warn({ configurationName }, 'There is no webhook configuration: install it to have pods injected');
        return { requeueAfterMs: longestWaitMs };
      }
      this.#log.info({ ...step }, 'Next step of the webhook certificate');
      if (step.do === 'write_bundle') await this.#writeBundle(configuration, bundleOf(state), signal);
      else {
        const after = afterRotation(step, state, now, await this.#issueFor(step, now));
        await this.#writeState(secret, after, signal);
      }
    }
  }

  async #issueFor(step: RotationStep, now: Date): Promise<Identity | undefined> {
    if (step.do !== 'issue_serving' && step.do !== 'issue_next') return undefined;
    return issueIdentity({ dnsNames: this.#options.dnsNames, now, lifetimeMs: certificateLifetimeMs });
  }

  async #writeState(before: Secret | undefined, state: CertificateState, signal: AbortSignal): Promise<void> {
    const { client, namespace, secretName, fieldManager } = this.#options;
    const { metadata, ...rest } = secretFor(namespace, secretName, state);
    const { uid, resourceVersion } = before?.metadata ?? {};
    const body = { metadata: { ...metadata, uid, resourceVersion }, ...rest };
    await client.apply(secrets, body, { fieldManager, force: true, signal });
  }

  /** Claims only the bundle of each webhook that is there; everything else in the configuration is the installer's. */
  async #writeBundle(
    configuration: MutatingWebhookConfiguration | undefined,
    bundle: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, configurationName: name, fieldManager } = this.#options;
    const caBundle = Buffer.from(bundle).toString('base64');
    const { uid, resourceVersion } = configuration?.metadata ?? {};
    const webhooks = configuration?.webhooks?.map((webhook) => ({ name: webhook.name, clientConfig: { caBundle } }));
    const body = { metadata: { name, uid, resourceVersion }, webhooks };
    await client.apply(mutatingWebhookConfigurations, body, { fieldManager, force: true, signal });
  }
}

/** Compared by equality: a bundle that is there but is another one has to be replaced too. */
function hasBundle(configuration: MutatingWebhookConfiguration | undefined, bundle: string): boolean {
  if (configuration === undefined) return false;
  const wanted = Buffer.from(bundle).toString('base64');
  return (configuration.webhooks ?? []).every((webhook) => webhook.clientConfig.caBundle === wanted);
}

function waitMs(until: Date, now: Date): number {
  return Math.min(longestWaitMs, Math.max(0, until.getTime() - now.getTime()));
}
