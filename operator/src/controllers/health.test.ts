import { expect, test } from 'vitest';
import { isHealthy, rolloutHold, sidecarFault } from './health.ts';
import { pod, workload } from './testing/builders.ts';

const of = (kind: Parameters<typeof workload>[0], spec: object, status: object, generation = 1) => {
  const metadata = { name: 'orders', namespace: 'shop', uid: 'u', generation };
  return workload(kind, spec, { metadata, status: { observedGeneration: 1, ...status } });
};

test.each([
  ['a Deployment with all pods ready', of('Deployment', { replicas: 2 }, { readyReplicas: 2 }), true],
  ['a Deployment that lacks a pod', of('Deployment', { replicas: 2 }, { readyReplicas: 1 }), false],
  [
    'a Deployment whose controller has not seen its newest state',
    of('Deployment', { replicas: 1 }, { readyReplicas: 1 }, 2),
    false,
  ],
  ['a Deployment that wants no pods', of('Deployment', { replicas: 0 }, { readyReplicas: 0 }), false],
  ['a StatefulSet with its one pod ready', of('StatefulSet', {}, { readyReplicas: 1 }), true],
  ['a DaemonSet ready on every node', of('DaemonSet', {}, { desiredNumberScheduled: 3, numberReady: 3 }), true],
  ['a DaemonSet on no node', of('DaemonSet', {}, { desiredNumberScheduled: 0, numberReady: 0 }), false],
  ['a CronJob', of('CronJob', {}, {}), false],
] as const)('%s counts as healthy: %#', (_title, object, expected) => {
  expect(isHealthy(object)).toBe(expected);
});

test.each([
  ['a Deployment that is paused', workload('Deployment', { paused: true }), 'RolloutPaused'],
  [
    'a StatefulSet with a partition',
    workload('StatefulSet', { updateStrategy: { rollingUpdate: { partition: 1 } } }),
    'RolloutPartitioned',
  ],
  [
    'a DaemonSet that is updated on delete',
    workload('DaemonSet', { updateStrategy: { type: 'OnDelete' } }),
    'RolloutOnDelete',
  ],
  ['a Deployment that rolls', workload('Deployment'), undefined],
] as const)('%s is held by %#', (_title, object, expected) => {
  expect(rolloutHold(object)).toBe(expected);
});

const waits = (name: string, reason: string) =>
  pod('orders-1', {}, { status: { initContainerStatuses: [{ name, state: { waiting: { reason } } }] } });

test.each([
  [
    'a sidecar whose image cannot be had',
    waits('standpipe-metrics', 'ImagePullBackOff'),
    /standpipe-metrics of pod orders-1: its image/,
  ],
  ['a sidecar that crashes', waits('standpipe-logs', 'CrashLoopBackOff'), /it ends again and again/],
  ['a sidecar that is about to start', waits('standpipe-logs', 'PodInitializing'), undefined],
  ['another init container', waits('migrate', 'CrashLoopBackOff'), undefined],
] as const)('of %s it is told whether it is a fault: %#', (_title, object, expected) => {
  if (expected === undefined) expect(sidecarFault(object)).toBeUndefined();
  else expect(sidecarFault(object)).toMatch(expected);
});
