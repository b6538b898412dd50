import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyPlan, anyPod } from '../inject/arbitraries.ts';
import { templateProblems } from '../inject/fits.ts';
import { inject } from '../inject/inject.ts';
import { withMarks } from '../inject/marks.ts';
import { decideTaps } from '../inject/taps.ts';
import type { PodTemplate } from '../inject/template.ts';
import { creationFailure, isHealthy, rolloutHold } from './health.ts';
import { slimWorkload } from './slimWorkload.ts';
import type { Workload } from './types.ts';
import { desiredPods, markedByUs, marksOf, templateOf } from './workloads.ts';

const labels = { 'f:standpipe.dev/microservice': {} };
const managedFields = [
  { manager: 'kubectl', fieldsV1: { 'f:spec': {} } },
  { manager: 'standpipe', fieldsV1: { 'f:spec': { 'f:template': { 'f:metadata': { 'f:labels': labels } } } } },
];

const specs = fc.record(
  {
    replicas: fc.nat(3),
    paused: fc.boolean(),
    progressDeadlineSeconds: fc.nat(600),
    updateStrategy: fc.constantFrom({ type: 'OnDelete' }, { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }),
    selector: fc.constant({ matchLabels: { app: 'orders' } }),
  },
  { requiredKeys: [] },
);

const statuses = fc.record(
  {
    observedGeneration: fc.nat(3),
    replicas: fc.nat(3),
    readyReplicas: fc.nat(3),
    desiredNumberScheduled: fc.nat(3),
    numberReady: fc.nat(3),
    active: fc.array(fc.constant({ name: 'job' }), { maxLength: 2 }),
    conditions: fc.array(
      fc.record({
        type: fc.constantFrom('ReplicaFailure', 'Available'),
        status: fc.constantFrom('True', 'False'),
        message: fc.constant('forbidden'),
      }),
    ),
  },
  { requiredKeys: [] },
);

const kinds = fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'CronJob');

function workload(kind: string, template: PodTemplate, spec: object, status: object, managed: boolean): Workload {
  const metadata = { name: 'orders', namespace: 'shop', uid: 'u', resourceVersion: '7', generation: 2, labels };
  const pods = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  return {
    apiVersion: 'v1',
    kind,
    metadata: { ...metadata, ...(managed ? { managedFields } : {}) },
    spec: { ...spec, ...pods },
    status,
  } as unknown as Workload;
}

test('everything that is decided by a workload is decided in the same way by its slim form', () => {
  const property = fc.property(
    kinds,
    anyPod,
    anyPlan,
    specs,
    statuses,
    fc.boolean(),
    (kind, template, plan, spec, status, managed) => {
      const full = workload(kind, template, spec, status, managed);
      const slim = slimWorkload(full);
      const decided = (object: Workload) => {
        const result = inject(withMarks(templateOf(object), plan.microservice), plan);
        return {
          skip: 'skip' in result ? result.skip : null,
          taps: decideTaps(templateOf(object), plan),
          problems: templateProblems(templateOf(object), plan),
          marks: [marksOf(object), markedByUs(object)],
          state: [isHealthy(object), creationFailure(object), rolloutHold(object), desiredPods(object)],
        };
      };
      expect(decided(slim)).toEqual(decided(full));
      expect(slimWorkload(slim)).toEqual(slim);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test('who a workload is stays, what nobody reads goes', () => {
  const container = { name: 'app', image: 'i', resources: {}, livenessProbe: {} };
  const template = { metadata: { labels: { app: 'orders' } }, spec: { containers: [container] } };
  const full = workload('Deployment', template as unknown as PodTemplate, { replicas: 2, selector: {} }, {}, true);
  expect(slimWorkload(full)).toEqual({
    apiVersion: 'v1',
    kind: 'Deployment',
    metadata: {
      name: 'orders',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      generation: 2,
      managedFields: [managedFields[1]],
    },
    spec: {
      replicas: 2,
      template: { metadata: { labels: { app: 'orders' } }, spec: { containers: [{ name: 'app', image: 'i' }] } },
    },
    status: {},
  });
});
