import { expect, test } from 'vitest';
import { inject } from '../inject/inject.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import { revisionOf } from '../plan/revision.ts';
import { microservice, plan } from '../plan/testing/builders.ts';
import { barePods, chooseRepair, outageOf, type RepairChoice, type RepairInput } from './repairChoice.ts';
import { pod, workload } from './testing/builders.ts';

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

const revision = revisionOf(orders);
const outage = `${revision}@2026-11-24T10:00:00Z`;
const before = `${revision}@2026-11-23T10:00:00Z`;
const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
const bareOf = (kind: string, annotations: object = {}) => pod('bare', { ...ownedBy(kind), annotations }, ready);
const well = { ...injected(), ...ready } as Pod;
/** Came up bare although the template says that the workload was rolled for that. */
const again = (kind = 'ReplicaSet') => bareOf(kind, { 'standpipe.dev/restarted-for': outage });

const marked = (kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', spec: object = {}, annotations: object = {}) => {
  const metadata = { labels: { 'standpipe.dev/microservice': 'orders' }, annotations };
  const status = { replicas: 3, updatedReplicas: 3 };
  return workload(kind, { template: { metadata, spec: { containers: [] } }, ...spec }, { status });
};
const deployment = marked('Deployment');
const rolled = (kind: 'Deployment' | 'StatefulSet' = 'Deployment') =>
  marked(kind, {}, { 'standpipe.dev/restarted-for': outage });
const updating = { ...deployment, status: { replicas: 4, updatedReplicas: 1 } } as typeof deployment;
const few = [bareOf('ReplicaSet'), well];
const most = [bareOf('ReplicaSet'), bareOf('ReplicaSet'), well];
const wait: RepairChoice = { action: 'wait' };
const none: RepairChoice = { action: 'none' };

test.each<[string, Partial<RepairInput>, RepairChoice]>([
  ['nothing is bare', { pods: [well] }, none],
  ['half of the pods are bare', { pods: few }, { action: 'evict', pod: few[0] as Pod }],
  ['another pod is not ready', { pods: [...few, { ...well, status: {} } as Pod] }, wait],
  ['most are bare', { pods: most }, { action: 'roll' }],
  ['the only one is bare', { pods: [bareOf('ReplicaSet')] }, { action: 'roll' }],
  [
    'most of a StatefulSet are bare',
    { workload: marked('StatefulSet'), pods: [bareOf('StatefulSet')] },
    { action: 'roll' },
  ],
  [
    'most of a DaemonSet are bare',
    { workload: marked('DaemonSet'), pods: [bareOf('DaemonSet')] },
    { action: 'evict', pod: bareOf('DaemonSet') },
  ],
  ['most are bare and a rollout is under way', { workload: updating, pods: most }, wait],
  ['most are bare and rollouts are manual', { pods: most, manual: true }, { action: 'evict', pod: most[0] as Pod }],
  ['it was rolled for that and still is', { workload: rolled(), pods: most }, wait],
  [
    'they came up bare again',
    { workload: rolled(), pods: [again(), again(), well] },
    { action: 'giveUp', bare: 2, of: 3 },
  ],
  ['few came up bare again', { workload: rolled(), pods: [again(), well] }, { action: 'evict', pod: again() }],
  [
    'it was rolled for an earlier revision',
    { workload: marked('Deployment', {}, { 'standpipe.dev/restarted-for': 'r0' }), pods: most },
    { action: 'roll' },
  ],
  [
    'it was rolled in an earlier outage, from which its pods are',
    {
      workload: marked('Deployment', {}, { 'standpipe.dev/restarted-for': before }),
      pods: [bareOf('ReplicaSet', { 'standpipe.dev/restarted-for': before })],
    },
    { action: 'roll' },
  ],
  ['most are bare and the Microservice does not say so yet', { pods: most, outage: undefined }, wait],
  ['it is paused', { workload: marked('Deployment', { paused: true }), pods: most }, none],
  [
    'pods are replaced when they are deleted',
    { workload: marked('StatefulSet', { updateStrategy: { type: 'OnDelete' } }), pods: [bareOf('StatefulSet')] },
    none,
  ],
])('where %s: %#', (_title, input, expected) => {
  const whole = { workload: deployment, pods: [], plan: orders, revision, outage, manual: false, ...input };
  expect(chooseRepair(whole)).toEqual(expected);
});

test('an outage lasts until the condition Injected is true, whatever else is said meanwhile', () => {
  const since = '2026-11-24T10:00:00Z';
  const said = (status: 'True' | 'False', lastTransitionTime: string, reason: string) => {
    const condition = { type: 'Injected', status, lastTransitionTime, reason, message: '' };
    return outageOf({ ...microservice(), status: { conditions: [condition] } }, 'r1');
  };
  expect(said('False', since, 'RollingOut')).toBe(`r1@${since}`);
  expect(said('False', since, 'PodsStayBare')).toBe(`r1@${since}`);
  expect(said('True', since, 'Injected')).toBeUndefined();
  expect(outageOf(microservice(), 'r1')).toBeUndefined();
});
