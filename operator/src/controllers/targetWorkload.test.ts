import { expect, test } from 'vitest';
import type { Microservice } from '../api/generated/microservice.ts';
import { microservice } from '../plan/testing/builders.ts';
import { findTarget } from './targetWorkload.ts';
import { microserviceStore, workload, workloadStores } from './testing/builders.ts';
import type { Workload } from './types.ts';

const deployment = workload('Deployment');
const born = (second: number) => ({ creationTimestamp: `2030-01-01T00:00:0${second}Z` });
const orders = microservice({}, born(1));
const rival = (name: string, second: number, metadata: object = {}) =>
  microservice({ workload: { name: 'orders' } }, { name, uid: `uid-${name}`, ...born(second), ...metadata });

const target = (of: Microservice, workloads: readonly Workload[], others: readonly Microservice[] = []) =>
  findTarget({ workloads: workloadStores(...workloads), microservices: microserviceStore([of, ...others]) }, of);

test.each([
  ['the Deployment of its name by default', orders, deployment],
  [
    'the workload that it names',
    microservice({ workload: { kind: 'StatefulSet', name: 'orders' } }, { name: 'x' }),
    workload('StatefulSet'),
  ],
  ['a CronJob', microservice({ workload: { kind: 'CronJob' } }), workload('CronJob')],
])('a Microservice has %s', (_, of, expected) => {
  const all = (['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const).map((kind) => workload(kind));
  expect(target(of, all)).toEqual(expected);
});

test('kind: None has none, whatever there is', () => {
  expect(target(microservice({ workload: { kind: 'None' } }), [deployment])).toBeUndefined();
});

const missing = {
  field: 'spec.workload',
  reason: 'WorkloadNotFound',
  message: 'there is no Deployment orders in namespace shop: create it, or name another in spec.workload',
};

test.each([
  ['does not exist', []],
  ['is of another kind', [workload('StatefulSet')]],
  [
    'is in another namespace',
    [workload('Deployment', {}, { metadata: { ...deployment.metadata, namespace: 'bank' } })],
  ],
  [
    'is being deleted',
    [workload('Deployment', {}, { metadata: { ...deployment.metadata, deletionTimestamp: 'now' } })],
  ],
])('a workload that %s is a problem', (_, workloads) => {
  expect(target(orders, workloads)).toEqual(missing);
});

const taken = (name: string) => ({
  field: 'spec.workload',
  reason: 'WorkloadTaken',
  message: `Deployment orders belongs to the older Microservice ${name}: delete one of the two, or change its workload`,
});

test.each<readonly [string, readonly Microservice[], object]>([
  ['a younger one', [rival('billing', 2)], deployment],
  ['an older one', [rival('billing', 0)], taken('billing')],
  ['two older ones', [rival('billing', 0), rival('a', 0)], taken('a')],
  ['one of the same second and a later name', [rival('zoo', 1)], deployment],
  ['one of the same second and an earlier name', [rival('billing', 1)], taken('billing')],
  ['an older one that is being deleted', [rival('billing', 0, { deletionTimestamp: 'now' })], deployment],
  ['an older one of another namespace', [rival('billing', 0, { namespace: 'bank' })], deployment],
  [
    'an older one for another kind',
    [microservice({ workload: { kind: 'DaemonSet', name: 'orders' } }, { name: 'b', uid: 'b', ...born(0) })],
    deployment,
  ],
])('a workload that is claimed by %s too belongs to the older', (_, others, expected) => {
  expect(target(orders, [deployment], others)).toEqual(expected);
});
