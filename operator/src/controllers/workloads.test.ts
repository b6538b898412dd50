import { expect, test } from 'vitest';
import { microservice } from '../plan/testing/builders.ts';
import { workloadKey } from './cache.ts';
import { usersOf } from './status.ts';
import { workload } from './testing/builders.ts';
import { desiredPods, markedByUs, marksOf, templateOf } from './workloads.ts';

const template = { spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] } };

test.each(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const)(
  'the pod template of a %s is found',
  (kind) => {
    expect(templateOf(workload(kind))).toEqual({ metadata: {}, ...template });
  },
);

const labels = { 'standpipe.dev/microservice': 'orders' };
const annotations = { 'standpipe.dev/revision': '0123456789' };

test.each([
  ['no metadata', undefined, null],
  ['other labels', { labels: { app: 'orders' } }, null],
  ['a revision only', { annotations }, null],
  ['the label only', { labels }, { microservice: 'orders', revision: undefined }],
  ['both marks', { labels, annotations }, { microservice: 'orders', revision: '0123456789' }],
])('a template with %s carries these marks', (_, metadata, marks) => {
  expect(marksOf(workload('Deployment', { template: { ...template, metadata } }))).toEqual(marks);
  const job = { spec: { template: { ...template, metadata } } };
  expect(marksOf(workload('CronJob', { jobTemplate: job }))).toEqual(marks);
});

const field = { 'f:spec': { 'f:template': { 'f:metadata': { 'f:labels': { 'f:standpipe.dev/microservice': {} } } } } };
const managed = (...managedFields: object[]) =>
  workload('Deployment', {}, { metadata: { name: 'orders', managedFields } });

test.each([
  ['nobody', managed(), false],
  ['the controller', managed({ manager: 'kubectl' }, { manager: 'standpipe', fieldsV1: field }), true],
  ['a user', managed({ manager: 'kubectl', fieldsV1: field }), false],
  [
    'a user, while the controller has other fields',
    managed({ manager: 'kubectl', fieldsV1: field }, { manager: 'standpipe', fieldsV1: {} }),
    false,
  ],
  ['the writer of statuses', managed({ manager: 'standpipe-status', fieldsV1: field }), false],
  ['nobody, where fields are not kept', workload('Deployment'), false],
])('marks that %s put there are told apart', (_, marked, expected) => {
  expect(markedByUs(marked)).toBe(expected);
});

test.each([
  ['a Deployment with replicas', workload('Deployment', { replicas: 3 }), 3],
  ['a Deployment that is scaled to nothing', workload('Deployment', { replicas: 0 }), 0],
  ['a StatefulSet without replicas', workload('StatefulSet'), 1],
  ['a DaemonSet', workload('DaemonSet', {}, { status: { desiredNumberScheduled: 5 } }), 5],
  ['a DaemonSet without a status', workload('DaemonSet'), 0],
  ['a CronJob that runs twice', workload('CronJob', {}, { status: { active: [{}, {}] } }), 2],
  ['a CronJob at rest', workload('CronJob', {}, { status: {} }), 0],
])('%s wants as many pods as it says', (_, given, pods) => {
  expect(desiredPods(given)).toBe(pods);
});

test.each([
  ['nothing', microservice(), 'Deployment/shop/orders'],
  ['kind and name', microservice({ workload: { kind: 'CronJob', name: 'nightly' } }), 'CronJob/shop/nightly'],
  ['kind: None', microservice({ workload: { kind: 'None' } }), 'None/shop/orders'],
])('a Microservice that says %s has its key', (_, given, key) => {
  expect(workloadKey(given)).toBe(key);
});

test('users are counted, and twenty of them named in order', () => {
  const users = Array.from({ length: 25 }, (_, i) =>
    microservice({}, { name: `m${(i * 7) % 25}`, namespace: `n${i % 2}` }),
  );
  const { count, examples } = usersOf(users);
  const names = (examples ?? []).map(({ namespace, name }) => `${namespace}/${name}`);
  expect([count, names.length, names[0]]).toEqual([25, 20, 'n0/m0']);
  expect(names).toEqual(names.toSorted());
  expect(usersOf([])).toEqual({ count: 0 });
});
