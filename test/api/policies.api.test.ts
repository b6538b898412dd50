import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImageTrial, imageCanaryPod, imagesOf } from '../../operator/src/controllers/imageCanaryPod.ts';
import { plan as plannedPod } from '../../operator/src/plan/testing/builders.ts';
import { apply, dropNamespace, kubectl, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { kubeconfigOf } from '../support/operator.ts';
import { container, type Kind, microservice, workload } from './workloads.ts';

interface Trial {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly containers: readonly object[] };
}

/**
 * The policies on the controller's own user, by its own token. RBAC would refuse much of this before them, so the user is
 * made an administrator here: what is refused, the policies refuse alone.
 */

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'standpipe-policies-'));
const controller = 'system:serviceaccount:standpipe-system:standpipe-controller';
const kinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'];
const binding = 'standpipe-policies-test';
const [image] = imagesOf(plannedPod()) as [ImageTrial];
let namespace = '';
let kubeconfig = '';

beforeAll(async () => {
  await kubectl(['apply', '-f', join(root, 'crds')]);
  // Another test may have left one that leads to a URL.
  await kubectl(['delete', 'mutatingwebhookconfiguration', 'standpipe', '--ignore-not-found']);
  await kubectl(['apply', '-k', join(root, 'deploy/base')]);
  await kubectl(['create', 'clusterrolebinding', binding, '--clusterrole=cluster-admin', `--user=${controller}`]);
  kubeconfig = await kubeconfigOf('controller', folder);
  namespace = await newNamespace('policies');
  for (const kind of kinds) await apply(namespace, workload(kind, 'app'));
  await apply(namespace, microservice('app'));
  // Policies come into force a moment after they were applied.
  await eventually(async () => {
    expect(await refusal(['-n', namespace, 'delete', 'deployment', 'app', '--dry-run=server'])).toContain('DELETE');
    expect(await refusal(['-n', namespace, 'create', 'configmap', 'x', '--dry-run=server'])).toContain('configmaps x');
    const webhooks = ['mutatingwebhookconfiguration', 'standpipe'];
    expect(await refusal(['delete', ...webhooks, '--dry-run=server'])).toContain('caBundle');
  });
});
afterAll(async () => {
  await kubectl(['delete', 'clusterrolebinding', binding]);
  await dropNamespace(namespace);
  rmSync(folder, { recursive: true });
});

/** Runs kubectl as the controller: its words where it was refused, an empty text where not. */
async function refusal(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(['--kubeconfig', kubeconfig, ...args], input);
  return code === 0 ? '' : stderr.trim() || stdout.trim();
}

function patchWorkload(kind: Kind, patch: object): Promise<string> {
  return refusal(['-n', namespace, 'patch', kind, 'app', '--type=merge', '-p', JSON.stringify(patch)]);
}

/** A change of the pod template, where the kind has it. */
function inTemplate(kind: Kind, template: object): object {
  return { spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template } };
}

function create(object: object, ...args: readonly string[]): Promise<string> {
  return refusal(['create', ...args, '-f', '-'], JSON.stringify(object));
}

const marks = {
  labels: { 'standpipe.dev/microservice': 'app' },
  annotations: { 'standpipe.dev/revision': '1', 'standpipe.dev/restarted-for': '1' },
};
const noMarks = {
  labels: { 'standpipe.dev/microservice': null },
  annotations: { 'standpipe.dev/revision': null, 'standpipe.dev/restarted-for': null },
};

describe('a workload', () => {
  test.each(kinds)('of kind %s can be marked and unmarked', async (kind) => {
    expect(await patchWorkload(kind, inTemplate(kind, { metadata: marks }))).toBe('');
    expect(await patchWorkload(kind, inTemplate(kind, { metadata: noMarks }))).toBe('');
  });

  const changes: readonly (readonly [string, (kind: Kind) => object, string])[] = [
    ['a label', () => ({ metadata: { labels: { a: 'b' } } }), 'metadata'],
    ['an annotation', () => ({ metadata: { annotations: { a: 'b' } } }), 'metadata.annotations'],
    ['a finalizer', () => ({ metadata: { finalizers: ['standpipe.dev/x'] } }), 'metadata'],
    ['its history', (kind) => ({ spec: historyOf(kind) }), 'spec'],
    ['another label of the template', (kind) => inTemplate(kind, { metadata: { labels: { a: 'b' } } }), 'labels of'],
    [
      'the opting out',
      (kind) => inTemplate(kind, { metadata: { annotations: { 'standpipe.dev/inject': 'true' } } }),
      'annotations of',
    ],
    [
      'the image',
      (kind) => inTemplate(kind, { spec: { containers: [{ ...container, image: 'evil' }] } }),
      'the pod template',
    ],
    ['the service account', (kind) => inTemplate(kind, { spec: { serviceAccountName: 'x' } }), 'the pod template'],
  ];
  const each = kinds.flatMap((kind) => changes.map(([what, patch, words]) => ({ kind, what, patch, words })));
  test.each(each)('of kind $kind cannot be given $what', async ({ kind, patch, words }) => {
    expect(await patchWorkload(kind, patch(kind))).toContain(`it tried to change ${words}`);
  });

  test('can neither be created nor deleted', async () => {
    const object = { ...workload('Deployment', 'new'), metadata: { name: 'new', namespace } };
    expect(await create(object)).toContain('not CREATE them');
    expect(await refusal(['-n', namespace, 'delete', 'deployment', 'app'])).toContain('not DELETE them');
  });

  test('that is a CronJob keeps its schedule and the metadata of its Jobs', async () => {
    expect(await patchWorkload('CronJob', { spec: { schedule: '1 * * * *' } })).toContain('it tried to change spec');
    const labels = { spec: { jobTemplate: { metadata: { labels: { a: 'b' } } } } };
    expect(await patchWorkload('CronJob', labels)).toContain('it tried to change spec.jobTemplate');
    const retries = { spec: { jobTemplate: { spec: { backoffLimit: 1 } } } };
    expect(await patchWorkload('CronJob', retries)).toContain('it tried to change spec.jobTemplate.spec');
  });
});

function historyOf(kind: Kind): object {
  return kind === 'CronJob' ? { successfulJobsHistoryLimit: 1 } : { revisionHistoryLimit: 1 };
}

describe('an object for pods', () => {
  const meta = async (name: string) => {
    const uid = await kubectl(['-n', namespace, 'get', 'microservice', 'app', '-o', 'jsonpath={.metadata.uid}']);
    return {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'standpipe', 'standpipe.dev/owner': 'app' },
      ownerReferences: [{ apiVersion: 'standpipe.dev/v1alpha1', kind: 'Microservice', name: 'app', uid }],
    };
  };
  const secret = (metadata: object, type = 'servicebinding.io/kafka') => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type,
  });
  const configMap = (metadata: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const plan = (metadata: object) => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata,
    revision: 1,
    data: {},
  });

  test('of a Microservice can be created, changed and deleted', async () => {
    const objects = [
      secret(await meta('standpipe.app.a')),
      configMap(await meta('standpipe.app')),
      plan(await meta('standpipe.app.1')),
    ];
    for (const object of objects) {
      expect(await create(object)).toBe('');
      const { kind, metadata } = object as unknown as { kind: string; metadata: { name: string } };
      const named = ['-n', namespace, kind, metadata.name];
      const patch = JSON.stringify({ metadata: { annotations: { 'standpipe.dev/trial': '{}' } } });
      expect(await refusal(['patch', ...named, '--type=merge', '-p', patch])).toBe('');
      expect(await refusal(['delete', ...named])).toBe('');
    }
  });

  test.each([
    ['without our label', { labels: { 'standpipe.dev/owner': 'app' } }],
    ['without an owner', { ownerReferences: [] }],
    ['with the owner of another', { labels: { 'standpipe.dev/owner': 'app', 'app.kubernetes.io/managed-by': 'x' } }],
    ['with a name of its own', { name: 'settings' }],
    ['with the name of another Microservice', { name: 'standpipe.application' }],
  ])('%s is refused', async (_title, change) => {
    for (const shape of [secret, configMap, plan]) {
      const object = shape({ ...(await meta('standpipe.app.x')), ...change });
      expect(await create(object)).toContain('only objects that it made for a Microservice');
    }
  });

  test('that somebody else made is neither taken over nor deleted', async () => {
    await apply(namespace, configMap({ name: 'standpipe.app' }), secret({ name: 'standpipe.app.theirs' }));
    const body = JSON.stringify({ metadata: await meta('standpipe.app') });
    const patched = await refusal(['-n', namespace, 'patch', 'configmap', 'standpipe.app', '--type=merge', '-p', body]);
    expect(patched).toContain('may UPDATE only objects that it made');
    for (const theirs of ['configmap/standpipe.app', 'secret/standpipe.app.theirs']) {
      expect(await refusal(['-n', namespace, 'delete', theirs])).toContain('may DELETE only objects that it made');
    }
    await kubectl(['-n', namespace, 'delete', 'configmap/standpipe.app', 'secret/standpipe.app.theirs']);
  });

  test('is never a Secret of another type', async () => {
    const token = secret(
      { ...(await meta('standpipe.app.token')), annotations: { 'kubernetes.io/service-account.name': 'default' } },
      'kubernetes.io/service-account-token',
    );
    expect(await create(token)).toContain('only Secrets of a type servicebinding.io/*');
    expect(await create(secret(await meta('standpipe.app.o'), 'Opaque'))).toContain('servicebinding.io/*');
  });

  test('in the operator’s own namespace is the certificate of the webhook', async () => {
    const own = (name: string, type: string) => ({
      ...secret({ name, namespace: 'standpipe-system' }, type),
      data: { 'tls.crt': '', 'tls.key': '' },
    });
    expect(await create(own('other', 'kubernetes.io/tls'), '--dry-run=server')).toContain('may CREATE only');
    const name = 'standpipe-webhook-certificate';
    await kubectl(['-n', 'standpipe-system', 'delete', 'secret', name, '--ignore-not-found']);
    expect(await create(own(name, 'Opaque'), '--dry-run=server')).toContain('may CREATE only');
    expect(await create(own(name, 'kubernetes.io/tls'))).toBe('');
    expect(await refusal(['-n', 'standpipe-system', 'delete', 'secret', name])).toContain('may DELETE only');
    await kubectl(['-n', 'standpipe-system', 'delete', 'secret', name]);
  });

  test('in the namespace of the trial pods is their Plan', async () => {
    const own = (name: string) => plan({ name, namespace: 'standpipe-canary' });
    expect(await create(own('standpipe.canary.1'), '--dry-run=server')).toBe('');
    expect(await create(own('standpipe.other.1'), '--dry-run=server')).toContain('may CREATE only');
  });
});

describe('a pod', () => {
  const pod = (place: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'trial', namespace: place },
    spec: { containers: [container] },
  });

  test('can be tried in the namespace of the trial pods, and not be created', async () => {
    expect(await create(pod('standpipe-canary'), '--dry-run=server')).toBe('');
    expect(await create(pod('standpipe-canary'))).toContain('as dry runs or as trials');
  });

  const trial = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...(imageCanaryPod('standpipe-canary', image) as unknown as Trial),
  };
  const named = ['-n', 'standpipe-canary', 'delete', 'pod'];

  test('that tries the image of the sidecars can be created and deleted', async () => {
    expect(await create(trial)).toBe('');
    expect(await refusal(['-n', 'standpipe-canary', 'label', 'pod', trial.metadata.name, 'a=b'])).toContain('UPDATE');
    expect(await refusal([...named, trial.metadata.name])).toBe('');
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
