import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyPlan, anyPod } from '../inject/arbitraries.ts';
import { inject } from '../inject/inject.ts';
import { decideTaps } from '../inject/taps.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import { revisionOf } from '../plan/revision.ts';
import { drainOf } from './drains.ts';
import { crashOf, isReady } from './health.ts';
import { revisionsInUse, surveyPods } from './podSurvey.ts';
import { slimPod } from './slimPod.ts';
import { pod } from './testing/builders.ts';

/** What the API server adds to a pod, and nobody reads. */
const burden = {
  schedulerName: 'default-scheduler',
  serviceAccountName: 'default',
  affinity: { podAntiAffinity: {} },
  tolerations: [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    { key: 'virtual-kubelet.io/provider', operator: 'Exists' },
  ],
};

function complete(template: PodTemplate): Pod {
  const object = pod('p', { uid: 'u', resourceVersion: '7', ...template.metadata });
  return { ...object, spec: { ...burden, ...template.spec } } as unknown as Pod;
}

const states = fc.constantFrom<object>(
  { running: { startedAt: '2030-01-01T00:00:00Z' } },
  { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
  { terminated: { exitCode: 1, message: '{"linesLeft": 3}' } },
);
const containerStatus = fc.record({
  name: fc.constantFrom('app', 'standpipe-logs', 'standpipe-metrics'),
  state: states,
  lastState: states,
  restartCount: fc.nat(4),
  imageID: fc.constant('sha256:0000'),
});
const statuses = fc.record({
  phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed'),
  conditions: fc.array(
    fc.record({
      type: fc.constantFrom('Ready', 'PodScheduled'),
      status: fc.constantFrom('True', 'False'),
      lastTransitionTime: fc.constant('2030-01-01T00:00:00Z'),
    }),
    { maxLength: 2 },
  ),
  containerStatuses: fc.array(containerStatus, { maxLength: 2 }),
  initContainerStatuses: fc.array(containerStatus, { maxLength: 2 }),
});

test('everything that is decided by a pod is decided in the same way by its slim form', () => {
  const property = fc.property(anyPod, anyPlan, statuses, fc.boolean(), (template, plan, status, injected) => {
    const result = inject(template, plan);
    const full = {
      ...complete(injected && 'template' in result ? result.template : template),
      status,
    } as unknown as Pod;
    const slim = slimPod(full);
    const decided = (object: Pod) => ({
      survey: surveyPods([object], plan, revisionOf(plan)),
      used: revisionsInUse([object]),
      taps: decideTaps(object as unknown as PodTemplate, plan),
      crash: crashOf(object),
      ready: [isReady(object), isReady(object, new Date('2031-01-01'))],
      drain: drainOf(object),
    });
    expect(decided(slim)).toEqual(decided(full));
    expect(slimPod(slim)).toEqual(slim);
  });
  fc.assert(property, { numRuns: 500 });
});

test('who a pod is stays, what nobody reads goes', () => {
  const owner = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'o' }];
  const metadata = {
    uid: 'u',
    resourceVersion: '7',
    ownerReferences: owner,
    annotations: { 'standpipe.dev/revision': 'r1', 'example.org/long': 'x'.repeat(1000) },
  };
  const { spec } = complete({ spec: { containers: [{ name: 'app', image: 'i', resources: {} }] } });
  expect(slimPod({ ...pod('p', metadata), ...(spec === undefined ? {} : { spec }) })).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      ownerReferences: owner,
      labels: { 'standpipe.dev/microservice': 'orders' },
      annotations: { 'standpipe.dev/revision': 'r1' },
    },
    spec: { tolerations: [burden.tolerations[1]], containers: [{ name: 'app', image: 'i' }] },
  });
});
