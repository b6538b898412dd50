import { expect, test } from 'vitest';
import { inject } from '../inject/inject.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import { revisionOf } from '../plan/revision.ts';
import { plan } from '../plan/testing/builders.ts';
import { pod, workload } from './testing/builders.ts';
import { judgeTrial, type Trial, type TrialVerdict } from './trial.ts';

const orders = plan({ microservice: 'orders' });
const revision = revisionOf(orders);
const since = '2026-11-24T10:00:00Z';
const trial: Trial = { state: 'running', since, healthyBefore: true };
const after = (seconds: number) => new Date(Date.parse(since) + seconds * 1000);

/** A pod with the record of the revision. @param status its status */
function injected(name: string, status: object = {}): Pod {
  const result = inject(pod(name) as unknown as PodTemplate, orders);
  if ('skip' in result) throw new Error(`not injected: ${result.skip}`);
  return { ...(result.template as unknown as Pod), status } as Pod;
}

const ready = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }] };
const container = (state: object, restartCount = 0, lastState: object = {}) => ({
  containerStatuses: [{ name: 'app', state, restartCount, lastState }],
});
const crashing = container({ waiting: { reason: 'CrashLoopBackOff' } }, 3, { terminated: { exitCode: 1 } });
const refused = { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods' }] };
const deployment = (spec: object = {}, status: object = {}) =>
  workload('Deployment', { replicas: 2, ...spec }, { status });

interface Row {
  readonly pods: readonly Pod[];
  readonly expected: TrialVerdict;
  readonly trial?: Trial;
  readonly workload?: ReturnType<typeof workload>;
  readonly seconds?: number;
}

const failure = (reason: 'AdmissionRefused' | 'AppFailedAfterInjection', evidence: string): TrialVerdict => ({
  state: 'failed',
  reason,
  evidence,
});
const running: TrialVerdict = { state: 'running' };

test.each<[string, Row]>([
  [
    'has passed when every wanted pod is ready',
    { pods: [injected('a', ready), injected('b', ready)], seconds: 10, expected: { state: 'passed' } },
  ],
  [
    'runs on until they have been ready for a while',
    { pods: [injected('a', ready), injected('b', ready)], seconds: 9, expected: running },
  ],
  ['runs on while pods are missing', { pods: [injected('a', ready)], expected: running }],
  [
    'is excused when the workload is scaled to nothing, however long ago it began',
    { pods: [], workload: deployment({ replicas: 0 }), seconds: 463, expected: { state: 'running', excused: true } },
  ],
  ['does not count pods of another revision', { pods: [pod('a'), pod('b')], expected: running }],
  [
    'has failed when a container of the app crashes again and again',
    {
      pods: [injected('a', crashing)],
      expected: failure('AppFailedAfterInjection', 'container app of pod a: CrashLoopBackOff, 3 restarts, exit code 1'),
    },
  ],
  [
    'forgives one crash',
    { pods: [injected('a', container({ running: {} }, 1, { terminated: { exitCode: 1 } }))], expected: running },
  ],
  [
    'has failed when a container cannot be made',
    {
      pods: [injected('a', container({ waiting: { reason: 'CreateContainerConfigError' } }))],
      expected: failure('AppFailedAfterInjection', 'container app of pod a: CreateContainerConfigError, 0 restarts'),
    },
  ],
  [
    'is not judged by crashes of the sidecars',
    {
      pods: [
        injected('a', {
          initContainerStatuses: [
            { name: 'standpipe-logs', state: {}, restartCount: 9, lastState: { terminated: { exitCode: 1 } } },
          ],
        }),
      ],
      expected: running,
    },
  ],
  [
    'has failed when the API server refuses the pods',
    { pods: [], workload: deployment({}, refused), expected: failure('AdmissionRefused', 'exceeded quota: pods') },
  ],
  ['runs on shortly before its time is up', { pods: [injected('a')], seconds: 299, expected: running }],
  [
    'has failed when no pod is ready in time',
    {
      pods: [injected('a')],
      seconds: 300,
      expected: failure('AppFailedAfterInjection', 'pod a was not ready 300 s after the rollout began'),
    },
  ],
  [
    'takes the progress deadline of the workload if that is shorter',
    {
      pods: [injected('a')],
      workload: deployment({ progressDeadlineSeconds: 60 }),
      seconds: 61,
      expected: failure('AppFailedAfterInjection', 'pod a was not ready 61 s after the rollout began'),
    },
  ],
  [
    'has failed when no injected pod comes into being',
    { pods: [], seconds: 300, expected: failure('AdmissionRefused', 'no injected pod came into being within 300 s') },
  ],
  [
    'waits as long as it takes where the rollout is paused',
    { pods: [], workload: deployment({ paused: true }), seconds: 9999, expected: running },
  ],
  ['is patient once a first pod is ready', { pods: [injected('a', ready)], seconds: 9999, expected: running }],
  [
    'is no judge of a workload that was not healthy before',
    { pods: [injected('a', crashing)], trial: { ...trial, healthyBefore: false }, seconds: 9999, expected: running },
  ],
  [
    'ends once',
    { pods: [injected('a', crashing)], trial: { ...trial, state: 'passed' }, expected: { state: 'passed' } },
  ],
])('a trial %s', (_title, row) => {
  const input = { trial: row.trial ?? trial, revision, workload: row.workload ?? deployment(), pods: row.pods };
  expect(judgeTrial({ ...input, now: after(row.seconds ?? 1) })).toEqual(row.expected);
});
