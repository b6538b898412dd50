import { X509Certificate } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import { request } from 'undici';
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
import { serveWebhook, type WebhookPorts } from './serve.ts';

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

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs the webhook itself, and gives its ports once it listens. */
function runWebhook(): Promise<WebhookPorts> {
  const { promise, resolve, reject } = Promise.withResolvers<WebhookPorts>();
  const addresses = { host: 'localhost', port: 0, probePort: 0, drainMs: 0 };
  const options = { client, namespace, secretName, handle: mark, ...addresses };
  runs.push(serveWebhook(options, stop.signal, resolve).catch(reject));
  return promise;
}

/** The authority of the certificate that a server shows. */
function shownBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: 'localhost', port, servername: 'localhost', rejectUnauthorized: false });
    socket.on('error', reject).on('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.issuer ?? '');
      socket.destroy();
    });
  });
}

/** The status of a probe's page. */
async function probe(port: number, path: string): Promise<number> {
  const { statusCode, body } = await request(`http://localhost:${port}${path}`);
  await body.dump();
  return statusCode;
}

test('a whole rotation goes by without a single pod that the webhook does not see', async () => {
  // API servers know only the real time, so the first certificate is made as it would have been two months ago.
  const clock = new ManualClock(Date.now() - 61 * dayMs);
  runController(clock);
  const { port } = await runWebhook();
  await install(port);
  await trusted(clock, 1);
  await vi.waitFor(async () => expect(await admitted()).toBe(true), waiting);
  const first = await shownBy(port);

  const failures: unknown[] = [];
  let rotating = true;
  const creating = (async () => {
    while (rotating) {
      const seen = await admitted().catch((error: unknown) => error);
      if (seen !== true) failures.push(seen);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await clock.leap(61 * dayMs);
  await trusted(clock, 2);
  expect(await shownBy(port)).toBe(first);
  // This is what the five minutes are for: API servers take a moment to hear of the new bundle.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await eventually(clock, async () => expect(stateFrom(await readSecret()).next?.trustedSince).toBeDefined());
  await clock.leap(propagationMs);
  await eventually(clock, async () => expect(await shownBy(port)).not.toBe(first));
  await clock.leap(dayMs);
  await trusted(clock, 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  rotating = false;
  await creating;
  expect(failures).toEqual([]);
  expect(new X509Certificate(await writtenBundle()).subject).toBe(await shownBy(port));
});

test('it is ready from the first certificate until the end is asked for, and answers until it comes', async () => {
  const clock = new ManualClock(Date.now());
  const { promise, resolve } = Promise.withResolvers<WebhookPorts>();
  const probePort = await freePort();
  const options = { client, namespace, secretName, handle: mark, clock, host: 'localhost', port: 0, probePort };
  const ended = serveWebhook({ ...options, ready: { plans: () => true } }, stop.signal, resolve);
  await vi.waitFor(async () => expect(await probe(probePort, '/readyz')).toBe(503), waiting);
  expect(await probe(probePort, '/healthz')).toBe(200);
  runController(clock);
  const { port } = await promise;
  expect(await probe(probePort, '/readyz')).toBe(200);
  stop.abort();
  expect(await probe(probePort, '/readyz')).toBe(503);
  await shownBy(port);
  await clock.advance(5000);
  await ended;
  await expect(shownBy(port)).rejects.toThrow('ECONNREFUSED');
});

test('a webhook that gets no certificate ends when it is asked to', async () => {
  const addresses = { host: 'localhost', port: 0, probePort: 0 };
  const ended = serveWebhook({ client, namespace, secretName, handle: mark, ...addresses }, stop.signal);
  stop.abort();
  await ended;
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
