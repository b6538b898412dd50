import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImageTrial, imageCanaryPod, imagesOf } from '../../operator/src/controllers/imageCanaryPod.ts';
import { plan as plannedPod } from '../../operator/src/plan/testing/builders.ts';
import { kubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { ControllerUser } from './controllerUser.ts';
import { container } from './workloads.ts';

/** What the controller's own user may do to pods and to the webhook's configuration. */

interface Trial {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly containers: readonly object[] };
}

const user = new ControllerUser();
const refusal = user.refusal.bind(user);
const create = user.create.bind(user);
const redirected = { ...plannedPod().metrics, inbound: 'redirect', redirectImage: 'example.org/nft:1' } as const;
const [image, nft] = imagesOf(plannedPod({ metrics: redirected })) as [ImageTrial, ImageTrial];
let namespace = '';

beforeAll(async () => {
  await user.open();
  namespace = user.namespace;
  await eventually(async () => {
    const webhooks = ['mutatingwebhookconfiguration', 'standpipe'];
    expect(await refusal(['delete', ...webhooks, '--dry-run=server'])).toContain('caBundle');
    expect(await create(pod(namespace), '--dry-run=server')).toContain('it tried to CREATE one in');
  });
});
afterAll(() => user.close());

const pod = (place: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'trial', namespace: place },
  spec: { containers: [container] },
});
const trialOf = (tried: ImageTrial) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...(imageCanaryPod('standpipe-canary', tried) as unknown as Trial),
});

describe('a pod', () => {
  test('can be tried in the namespace of the trial pods, and not be created', async () => {
    expect(await create(pod('standpipe-canary'), '--dry-run=server')).toBe('');
    expect(await create(pod('standpipe-canary'))).toContain('as dry runs or as trials');
  });

  const trial = trialOf(image);
  const named = ['-n', 'standpipe-canary', 'delete', 'pod'];

  test.each([
    ['the image of the sidecars', image],
    ['the image that writes rules', nft],
  ])('that tries %s can be created and deleted', async (_title, tried) => {
    const object = trialOf(tried);
    expect(await create(object)).toBe('');
    expect(await refusal(['-n', 'standpipe-canary', 'label', 'pod', object.metadata.name, 'a=b'])).toContain('UPDATE');
    expect(await refusal([...named, object.metadata.name])).toBe('');
  });

  const [only] = trial.spec.containers;
  const alike = (change: object) => ({ ...trial, spec: { ...trial.spec, ...change } });
  test.each([
    ['another command', alike({ containers: [{ ...only, command: ['/usr/local/bin/node', '-e', '1'] }] })],
    ['arguments', alike({ containers: [{ ...only, args: ['-e', '1'] }] })],
    ['an environment', alike({ containers: [{ ...only, env: [{ name: 'NODE_OPTIONS', value: '--import=x' }] }] })],
    ['another environment', alike({ containers: [{ ...only, envFrom: [{ secretRef: { name: 'x' } }] }] })],
    ['a hook', alike({ containers: [{ ...only, lifecycle: { postStart: { exec: { command: ['x'] } } } }] })],
    ['a second container', alike({ containers: [only, { ...only, name: 'second' }] })],
    ['an init container', alike({ initContainers: [{ ...only, name: 'init' }] })],
    ['a volume', alike({ volumes: [{ name: 'v', emptyDir: {} }] })],
    ['a token', alike({ automountServiceAccountToken: true })],
    ['no end', alike({ activeDeadlineSeconds: undefined })],
    ['restarts', alike({ restartPolicy: 'Always' })],
    ['another name', { ...trial, metadata: { ...trial.metadata, name: 'trial' } }],
    ['no label', { ...trial, metadata: { ...trial.metadata, labels: {} } }],
    ['another namespace', { ...trial, metadata: { ...trial.metadata, namespace: 'default' } }],
  ])('that tries it with %s is refused', async (_title, object) => {
    expect(await create(object)).toContain('it tried to CREATE one in');
  });

  test('of somebody else in that namespace is not deleted', async () => {
    await kubectl(['create', '-f', '-'], JSON.stringify(pod('standpipe-canary')));
    expect(await refusal([...named, 'trial'])).toContain('tried to DELETE one');
    await kubectl([...named, 'trial']);
  });

  test('of a team can be neither tried nor changed nor deleted', async () => {
    await kubectl(['create', '-f', '-'], JSON.stringify(pod(namespace)));
    expect(await create({ ...pod(namespace), metadata: { name: 'x', namespace } }, '--dry-run=server')).toContain(
      `it tried to CREATE one in ${namespace}`,
    );
    expect(await refusal(['-n', namespace, 'label', 'pod', 'trial', 'a=b'])).toContain('tried to UPDATE one');
    expect(await refusal(['-n', namespace, 'delete', 'pod', 'trial'])).toContain('tried to DELETE one');
  });
});

describe('the webhook configuration', () => {
  const patch = (op: object, name = 'standpipe') =>
    refusal(['patch', 'mutatingwebhookconfiguration', name, '--type=json', '-p', JSON.stringify([op])]);

  test('can be given its caBundle', async () => {
    const path = 'jsonpath={.clusters[0].cluster.certificate-authority-data}';
    const value = await kubectl(['config', 'view', '--raw', '--flatten', '-o', path]);
    expect(await patch({ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value })).toBe('');
    expect(await patch({ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' })).toBe('');
  });

  const second = {
    name: 'second.standpipe.dev',
    clientConfig: { url: 'https://evil.example/' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  test.each([
    ['another policy', { op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Fail' }],
    ['other objects', { op: 'remove', path: '/webhooks/0/objectSelector' }],
    ['other resources', { op: 'replace', path: '/webhooks/0/rules/0/resources', value: ['*'] }],
    ['another address', { op: 'replace', path: '/webhooks/0/clientConfig', value: { url: 'https://evil.example/' } }],
    ['another name', { op: 'replace', path: '/webhooks/0/name', value: 'other.standpipe.dev' }],
    ['a second webhook', { op: 'add', path: '/webhooks/-', value: second }],
    ['no webhook', { op: 'remove', path: '/webhooks/0' }],
    ['a label', { op: 'add', path: '/metadata/labels', value: { a: 'b' } }],
  ])('cannot be given %s', async (_title, op) => {
    expect(await patch(op)).toContain("ValidatingAdmissionPolicy 'standpipe-controller-webhooks'");
  });

  test('of somebody else cannot be given anything', async () => {
    const other = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: `other-${namespace}`, labels: { a: 'b' } },
      webhooks: [],
    };
    await kubectl(['create', '-f', '-'], JSON.stringify(other));
    const change = { op: 'replace', path: '/metadata/labels/a', value: 'c' };
    expect(await patch(change, other.metadata.name)).toContain('of its own webhook configuration');
    await kubectl(['delete', 'mutatingwebhookconfiguration', other.metadata.name]);
  });
});
