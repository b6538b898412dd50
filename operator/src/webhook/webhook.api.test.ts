import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  type MutatingWebhookConfiguration,
  mutatingWebhookConfigurations,
  namespaces,
  pods,
  type Secret,
  secrets,
} from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { createNamespace, testClient } from '../kube/testing/apiServer.ts';
import { ManualClock } from '../kube/testing/manualClock.ts';
import type { AdmissionHandler } from './admissionReview.ts';
import type { Identity } from './certificate.ts';
import { CertificateController } from './certificateController.ts';
import { stateFrom } from './certificateSecret.ts';
import { CertificateSource } from './certificateSource.ts';
import { bundleOf, propagationMs } from './rotation.ts';
import { WebhookServer } from './server.ts';

const dayMs = 86_400_000;
const waiting = { timeout: 10_000, interval: 50 };
const secretName = 'standpipe-webhook-certificate';

let client: Client;
let namespace: string;
let stop: AbortController;
let runs: Promise<void>[];

beforeAll(() => {
  client = testClient();
});

beforeEach(async () => {
  namespace = await createNamespace(client, 'webhook');
  stop = new AbortController();
  runs = [];
});

afterEach(async () => {
  stop.abort();
  await Promise.all(runs);
  await client.delete(mutatingWebhookConfigurations, { name: namespace }).catch(() => undefined);
  await client.delete(namespaces, { name: namespace });
});

afterAll(() => client.close());

/** Runs a controller for the test's own Secret and configuration, both found by the namespace's name. */
function runController(clock: ManualClock): void {
  const names = { namespace, secretName, configurationName: namespace, dnsNames: ['localhost'] };
  const controller = new CertificateController({ client, ...names, fieldManager: 'standpipe', clock });
  runs.push(controller.run(stop.signal));
}

/** Installs a configuration without a bundle, as a manifest would; it refuses pods that the webhook cannot answer for. */
function install(port: number): Promise<MutatingWebhookConfiguration> {
  const webhook = {
    name: 'inject.standpipe.dev',
    clientConfig: { url: `https://localhost:${port}/inject` },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 3,
  };
  const object = { metadata: { name: namespace }, webhooks: [webhook] };
  return client.apply(mutatingWebhookConfigurations, object, { fieldManager: 'installer' });
}

function readSecret(): Promise<Secret> {
  return client.get(secrets, { namespace, name: secretName });
}

async function writtenBundle(): Promise<string> {
  const configuration = await client.get(mutatingWebhookConfigurations, { name: namespace });
  return Buffer.from(configuration.webhooks?.[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}

/** Waits until something holds, and lets a second of the controller's time go by each time it does not. */
function eventually(clock: ManualClock, check: () => unknown): Promise<unknown> {
  return vi.waitFor(async () => {
    await clock.advance(1000);
    await check();
  }, waiting);
}

/** Waits until the configuration trusts so many authorities, and just those of the Secret. */
function trusted(clock: ManualClock, authorities: number): Promise<unknown> {
  return eventually(clock, async () => {
    const bundle = await writtenBundle();
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(authorities);
    expect(bundle).toBe(bundleOf(stateFrom(await readSecret())));
  });
}

const mark: AdmissionHandler = async () => ({
  allowed: true,
  patch: [{ op: 'add', path: '/metadata/annotations', value: { seen: 'yes' } }],
  warnings: ['seen'],
});

/** Creates a pod as a dry run and tells whether the webhook changed it; throws where the webhook was not reached. */
async function admitted(): Promise<boolean> {
  const spec = { containers: [{ name: 'app', image: 'example.com/app' }] };
  const pod = await client.create(pods, { metadata: { namespace, name: 'trial' }, spec }, { dryRun: true });
  return pod.metadata.annotations?.seen === 'yes';
}

/** Runs the webhook itself: it starts with the first certificate and swaps in each further one. */
async function runWebhook(shown: Identity[]): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  let server: WebhookServer | undefined;
  const onCertificate = (identity: Identity): void => {
    shown.push(identity);
    if (server === undefined) {
      server = new WebhookServer({ handle: mark, identity });
      server.listen(0, 'localhost').then(resolve, reject);
    } else server.swapCertificate(identity);
  };
  const source = new CertificateSource({ client, namespace, secretName, onCertificate });
  runs.push(source.run(stop.signal).then(() => server?.close()));
  return promise;
}

test('a whole rotation goes by without a single pod that the webhook does not see', async () => {
  // API servers know only the real time, so the first certificate is made as it would have been two months ago.
  const clock = new ManualClock(Date.now() - 61 * dayMs);
  const shown: Identity[] = [];
  runController(clock);
  const { port } = await runWebhook(shown);
  await install(port);
  await trusted(clock, 1);
  await vi.waitFor(async () => expect(await admitted()).toBe(true), waiting);

  const failures: unknown[] = [];
  let created = 0;
  const creating = (async () => {
    while (shown.length < 2 || created < 50) {
      await admitted().then(
        (seen) => seen || failures.push('not seen'),
        (error) => failures.push(error),
      );
      created++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await clock.advance(61 * dayMs);
  await trusted(clock, 2);
  expect(shown).toHaveLength(1);
  // This is what the five minutes are for: API servers take a moment to hear of the new bundle.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await eventually(clock, async () => expect(stateFrom(await readSecret()).next?.trustedSince).toBeDefined());
  await clock.advance(propagationMs);
  await eventually(clock, () => expect(shown).toHaveLength(2));
  await creating;
  expect(failures).toEqual([]);

  await clock.advance(dayMs);
  await trusted(clock, 1);
  expect(await writtenBundle()).toBe(shown[1]?.authority);
  await vi.waitFor(async () => expect(await admitted()).toBe(true), waiting);
});

test("another bundle is replaced, and the rest of the configuration stays the installer's", async () => {
  const clock = new ManualClock(Date.now());
  runController(clock);
  await install(1);
  await trusted(clock, 1);
  const other = Buffer.from((await writtenBundle()).repeat(2)).toString('base64');
  const webhooks = [{ name: 'inject.standpipe.dev', clientConfig: { caBundle: other } }];
  const object = { metadata: { name: namespace }, webhooks };
  await client.apply(mutatingWebhookConfigurations, object, { fieldManager: 'somebody', force: true });
  await trusted(clock, 1);
  const configuration = await install(2);
  expect(configuration.webhooks?.[0]).toMatchObject({ clientConfig: { url: 'https://localhost:2/inject' } });
  await trusted(clock, 1);
});

test('a certificate is made although nothing is installed yet, and trusted as soon as it is', async () => {
  const clock = new ManualClock(Date.now());
  runController(clock);
  await vi.waitFor(readSecret, waiting);
  await install(1);
  await trusted(clock, 1);
});

test('a Secret that was deleted or spoiled is made anew, and trusted', async () => {
  const clock = new ManualClock(Date.now());
  runController(clock);
  await install(1);
  await trusted(clock, 1);
  const before = await writtenBundle();
  await client.delete(secrets, { namespace, name: secretName });
  await eventually(clock, async () => expect(await writtenBundle()).not.toBe(before));
  await trusted(clock, 1);
});

test('two controllers at once end with one certificate that is trusted', async () => {
  const clock = new ManualClock(Date.now());
  runController(clock);
  runController(clock);
  await install(1);
  await trusted(clock, 1);
});

test('a certificate that cannot be used is not handed on, and the last good one stays', async () => {
  const shown: Identity[] = [];
  const log = vi.fn();
  const quiet = () => undefined;
  const onCertificate = (identity: Identity): void => void shown.push(identity);
  const options = { client, namespace, secretName, onCertificate };
  const source = new CertificateSource({ ...options, log: { debug: quiet, info: quiet, warn: quiet, error: log } });
  runs.push(source.run(stop.signal));
  const good = { 'tls.crt': '', 'tls.key': '', 'ca.crt': '' };
  const spoiled = Object.fromEntries(Object.keys(good).map((key) => [key, Buffer.from('spoiled').toString('base64')]));
  await client.create(secrets, { metadata: { namespace, name: secretName }, type: 'Opaque', data: spoiled });
  await vi.waitFor(() => expect(log).toHaveBeenCalledOnce(), waiting);
  expect(shown).toEqual([]);
});
