import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, kubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { ControllerUser } from './controllerUser.ts';
import { container, type Kind, microservice, workload } from './workloads.ts';

/** What the controller's own user may do to workloads and to what it generates for their pods. */

const user = new ControllerUser();
const refusal = user.refusal.bind(user);
const create = user.create.bind(user);
const kinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'];
let namespace = '';

beforeAll(async () => {
  await user.open();
  namespace = user.namespace;
  for (const kind of kinds) await apply(namespace, workload(kind, 'app'));
  await apply(namespace, microservice('app'));
  await eventually(async () => {
    expect(await refusal(['-n', namespace, 'delete', 'deployment', 'app', '--dry-run=server'])).toContain('DELETE');
    expect(await refusal(['-n', namespace, 'create', 'configmap', 'x', '--dry-run=server'])).toContain('configmaps x');
  });
});
afterAll(() => user.close());

function patchWorkload(kind: Kind, patch: object): Promise<string> {
  return refusal(['-n', namespace, 'patch', kind, 'app', '--type=merge', '-p', JSON.stringify(patch)]);
}

/** A change of the pod template, where the kind has it. */
function inTemplate(kind: Kind, template: object): object {
  return { spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template } };
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
