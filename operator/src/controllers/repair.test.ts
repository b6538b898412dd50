import { expect, test } from 'vitest';
import { inject } from '../inject/inject.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import { plan } from '../plan/testing/builders.ts';
import { barePods } from './repair.ts';
import { pod } from './testing/builders.ts';

const orders = plan({ microservice: 'orders' });
const ownedBy = (kind: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'o', controller: true }],
});
const bare = (kind: string) => pod(kind, ownedBy(kind));

function injected(): Pod {
  const result = inject(bare('ReplicaSet') as unknown as PodTemplate, orders);
  if ('skip' in result) throw new Error(result.skip);
  return result.template as unknown as Pod;
}

const optedOut = { ...ownedBy('ReplicaSet'), annotations: { 'standpipe.dev/inject': 'false' } };

test.each([
  ['of a Deployment', bare('ReplicaSet'), true],
  ['of a StatefulSet', bare('StatefulSet'), true],
  ['of a DaemonSet', bare('DaemonSet'), true],
  ['of a Job', bare('Job'), false],
  ['without an owner', pod('alone'), false],
  ['that opted out', pod('out', optedOut), false],
  ['that is ending', pod('ending', { ...ownedBy('ReplicaSet'), deletionTimestamp: '2026-11-24T10:00:00Z' }), false],
  ['that is injected', injected(), false],
] as const)('a pod %s is replaced: %#', (_title, candidate, expected) => {
  expect(barePods([candidate], orders)).toEqual(expected ? [candidate] : []);
});
