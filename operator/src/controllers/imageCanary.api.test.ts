import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { kubectl } from '../../../test/e2e/kubectl.ts';
import { namespaces, pods } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { createNamespace, testClient } from '../kube/testing/apiServer.ts';
import { ManualClock } from '../kube/testing/manualClock.ts';
import { plan } from '../plan/testing/builders.ts';
import { ImageCanary, type ImageCanaryOptions } from './imageCanary.ts';
import { type ImageTrial, imageCanaryName } from './imageCanaryPod.ts';

/** Without a kubelet: what one would report is written into the status by hand. */

const trial: ImageTrial = {
  ...plan().sidecar,
  image: 'example.org/sidecar:1',
  imagePullSecrets: ['registry'],
  command: ['/usr/local/bin/node', '--version'],
};
const name = imageCanaryName(trial);
let client: Client;
let namespace: string;
let clock: ManualClock;

beforeAll(async () => {
  client = testClient();
});
afterAll(() => client.close());
beforeEach(async () => {
  clock = new ManualClock();
  namespace = await createNamespace(client, 'images');
  await kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
});
afterEach(() => client.delete(namespaces, { name: namespace }));

const canary = (options: Partial<ImageCanaryOptions> = {}) =>
  new ImageCanary({ client, clock, namespace, enabled: true, runs: () => false, ...options });
const ask = (of: ImageCanary) => of.proof(trial, AbortSignal.timeout(10_000));
const running = async () => (await client.list(pods, { namespace })).items.map(({ metadata }) => metadata.name);

/** Writes what a kubelet would. */
async function report(state: object): Promise<void> {
  const status = {
    containerStatuses: [{ name: 'sidecar', image: '', imageID: '', ready: false, restartCount: 0, state }],
  };
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  await kubectl(['-n', namespace, 'patch', 'pod', name, ...patch]);
}

test('an image is proven by a pod that is gone afterwards, once', async () => {
  const images = canary();
  expect(await ask(images)).toMatchObject({ proven: false, reason: 'ProvingSidecarImage' });
  const pod = await client.get(pods, { namespace, name });
  expect(pod.spec).toMatchObject({ automountServiceAccountToken: false, imagePullSecrets: [{ name: 'registry' }] });
  await report({ running: { startedAt: null } });
  // Whoever asks at the same time is answered without a look.
  expect(await ask(images)).toMatchObject({ proven: false });
  await clock.advance(2_000);
  expect(await ask(images)).toEqual({ proven: true });
  expect(await running()).toEqual([]);
  await clock.advance(1_000_000);
  expect(await ask(images)).toEqual({ proven: true });
  expect(await running()).toEqual([]);
});

test('an image that cannot be pulled is tried again, later and later, and its last failure is what is told', async () => {
  const images = canary();
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    await ask(images);
    await report({ waiting: { reason: 'ErrImagePull', message: 'not found' } });
    await clock.advance(2_000);
    const proof = await ask(images);
    expect(proof).toMatchObject({
      proven: false,
      message: expect.stringMatching(/example\.org.*ErrImagePull: not found/),
    });
    expect(await running()).toEqual([]);
    const wait = proof.proven ? 0 : proof.retryMs;
    waits.push(wait);
    await clock.advance(wait - 1);
    await ask(images);
    expect(await running()).toEqual([]);
    await clock.advance(1);
    expect(await ask(images)).toMatchObject({ message: expect.stringContaining('ErrImagePull: not found') });
    expect(await running()).toEqual([name]);
    await clock.advance(2_000);
  }
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  await report({ terminated: { exitCode: 0 } });
  expect(await ask(images)).toEqual({ proven: true });
});

test('a pod that no node takes is given up after a minute', async () => {
  const images = canary();
  for (let waited = 0; waited < 60_000; waited += 2_000) {
    expect(await ask(images)).toMatchObject({ reason: 'ProvingSidecarImage' });
    await clock.advance(2_000);
  }
  expect(await ask(images)).toMatchObject({ message: expect.stringContaining('no node took it within 60 s') });
  expect(await running()).toEqual([]);
});

test('a quota that has no room for the pod is told', async () => {
  await kubectl(['-n', namespace, 'create', 'quota', 'none', '--hard=pods=0']);
  expect(await ask(canary())).toMatchObject({
    message: expect.stringMatching(/it is refused: .*exceeded quota: none/),
  });
});

test('a process that starts anew goes on with the pod of the one before, and deletes what is left of others', async () => {
  await ask(canary());
  const other = { ...trial, image: 'example.org/sidecar:2' };
  await canary().proof(other, AbortSignal.timeout(10_000));
  expect(await running()).toHaveLength(2);
  const images = canary();
  await report({ terminated: { exitCode: 0 } });
  expect(await ask(images)).toEqual({ proven: true });
  await images.sweep(AbortSignal.timeout(10_000));
  expect(await running()).toEqual([]);
});

test('a pod under way is not left over', async () => {
  const images = canary();
  await ask(images);
  await images.sweep(AbortSignal.timeout(10_000));
  expect(await running()).toEqual([name]);
});

test.each([
  ['a service runs with it', { runs: (image: string) => image === trial.image }],
  ['trials are switched off', { enabled: false }],
])('no pod is made where %s', async (_title, options) => {
  expect(await ask(canary(options))).toEqual({ proven: true });
  expect(await running()).toEqual([]);
});
