import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateSecret, fieldManager, injectedAnnotation } from '../../operator/src/api/names.ts';
import { connect } from '../../operator/src/cli/process.ts';
import { type Pod, pods, type Secret, secrets } from '../../operator/src/kube/builtin.ts';
import type { Created } from '../../operator/src/kube/calls.ts';
import { issueIdentity } from '../../operator/src/webhook/certificate.ts';
import { secretFor, servingFrom, stateFrom } from '../../operator/src/webhook/certificateSecret.ts';
import { type CertificateState, certificateLifetimeMs, propagationMs } from '../../operator/src/webhook/rotation.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { eventually } from '../support/eventually.ts';
import { dropNamespace, kubectl, newNamespace } from './kubectl.ts';
import { inNodeNetwork } from './node.ts';
import { operatorPods, scaleOperator } from './operatorPods.ts';
import { silentDemo } from './ownCluster.ts';
import { labelledPod, WebService } from './webService.ts';

/** The webhook's certificate is rotated by the installed controller while pods are created all the time. */

const key = { namespace: 'standpipe-system', name: certificateSecret };
const client = connect('certificates-test');
let web: WebService;

/** Creates ten labelled pods a second as dry runs, which are admitted like others and stored nowhere. */
class PodStream {
  admitted = 0;
  readonly bare: string[] = [];
  readonly #open = new Set<Promise<void>>();
  readonly #timer = setInterval(() => {
    const sent = this.#create().finally(() => this.#open.delete(sent));
    this.#open.add(sent);
  }, 100);

  async #create(): Promise<void> {
    const pod = labelledPod(web.namespace, web.name, this.admitted++) as Created<Pod>;
    const { metadata } = await client.create(pods, pod, { dryRun: true });
    if (metadata.annotations?.[injectedAnnotation] === undefined) this.bare.push(new Date().toISOString());
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }
}

/** How often the API server let a pod pass because it had no answer of the webhook. */
async function failOpenCount(): Promise<number> {
  const metrics = await kubectl(['get', '--raw', '/metrics']);
  const count = /^apiserver_admission_webhook_fail_open_count\{name="pods\.standpipe\.dev".*\} (\d+)$/m.exec(metrics);
  return Number(count?.[1] ?? 0);
}

const state = async () => stateFrom(await client.get<Secret>(secrets, key));

/** Writes the state as the controller does, so that all fields stay its own. */
async function writeState(next: CertificateState): Promise<void> {
  const options = { fieldManager: `${fieldManager}-certificates`, force: true };
  await client.apply(secrets, secretFor(key.namespace, key.name, next), options);
}

/** A certificate that is due: two thirds of its life are over. */
function agedIdentity() {
  const now = new Date(Date.now() - (certificateLifetimeMs * 3) / 4);
  return issueIdentity({
    dnsNames: ['standpipe-webhook.standpipe-system.svc'],
    now,
    lifetimeMs: certificateLifetimeMs,
  });
}

/** Lets the five minutes pass that the controller waits after it has seen the new authority in the configuration. */
async function letItBePromoted(): Promise<string> {
  const due = await eventually(async () => {
    const now = await state();
    if (now.next?.trustedSince === undefined) throw new Error('the next certificate’s authority is not trusted yet');
    return { ...now, next: now.next };
  });
  // The API server sees a change of the configuration within a second.
  await sleep(2_000);
  const trustedSince = new Date(Date.now() - propagationMs);
  await writeState({ ...due, next: { ...due.next, trustedSince } });
  await eventually(async () => expect(await shown()).toEqual([due.next.certificate, due.next.certificate].map(print)));
  return due.next.certificate;
}

const print = (certificate: string): string => new X509Certificate(certificate).fingerprint256;

/** What each replica of the webhook shows. */
async function shown(): Promise<readonly string[]> {
  const replicas = await operatorPods('webhook');
  return Promise.all(replicas.map(({ status }) => fingerprintAt(status?.podIP ?? '')));
}

function fingerprintAt(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // Only looked at, whoever signed it.
    const socket = connectTls({ host, port: 8443, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.end();
    });
    socket.on('error', reject);
  });
}

describe.skipIf(!inNodeNetwork)('a certificate that is rotated (needs to be in the node’s network)', () => {
  beforeAll(async () => {
    await installOperator(silentDemo);
    await scaleOperator('webhook', 2);
    const namespace = await newNamespace('certificates');
    web = new WebService(namespace, 'web');
    await web.deploy({ replicas: 1 });
  });
  afterAll(async () => {
    await client.close();
    await dropNamespace(web.namespace);
    await scaleOperator('webhook', 1);
  });

  test('no pod is admitted without its sidecars while the certificate and its authority change twice', async () => {
    const before = await failOpenCount();
    const first = servingFrom(await client.get<Secret>(secrets, key))?.certificate;
    const stream = new PodStream();
    await writeState({ ...(await state()), next: await agedIdentity() });
    const second = await letItBePromoted();
    // The one that is served now is due, so the controller makes the next one by itself.
    const third = await letItBePromoted();
    await sleep(1_000);
    await stream.stop();
    expect(new Set([first, second, third]).size).toBe(3);
    expect(stream.bare).toEqual([]);
    expect(await failOpenCount()).toBe(before);
    expect(stream.admitted).toBeGreaterThan(50);
  });

  test('a Secret that somebody deletes to have a new certificate costs no pod its sidecars', async () => {
    const before = await failOpenCount();
    const stream = new PodStream();
    const [old] = await shown();
    await sleep(1_000);
    await client.delete(secrets, key);
    await eventually(async () => {
      const now = await shown();
      expect(now).toHaveLength(2);
      expect(now).not.toContain(old);
    });
    await sleep(2_000);
    await stream.stop();
    expect(stream.bare).toEqual([]);
    expect(await failOpenCount()).toBe(before);
  });
});
