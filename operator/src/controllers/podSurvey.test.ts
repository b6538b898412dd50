import { expect, test } from 'vitest';
import { inject } from '../inject/inject.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import { plan } from '../plan/testing/builders.ts';
import { revisionsInUse, surveyPods } from './podSurvey.ts';
import { pod } from './testing/builders.ts';

const current = plan();
const older = plan({ sidecar: { ...current.sidecar, image: 'example.org/sidecar:0' } });
const revision = revisionOf(current);
const asked = (name: string) => ({ annotations: { 'standpipe.dev/revision': name } });

function injectedPod(name: string, by: Plan, metadata: object = {}, rest: object = {}): Pod {
  const result = inject(pod(name, metadata, rest) as unknown as PodTemplate, by);
  if ('skip' in result) throw new Error(result.skip);
  return result.template as unknown as Pod;
}

const pods = [
  injectedPod('current', current),
  injectedPod('older', older),
  // Judged by its own record, not by what its template asks for.
  injectedPod('asks-for-current', older, asked(revision)),
  pod('bare'),
  pod('bare-and-asking', asked('ffffffffff')),
  pod('out', { annotations: { 'standpipe.dev/inject': 'false' } }),
  pod('host', {}, { spec: { hostNetwork: true, containers: [] } }),
  injectedPod('ended', older, {}, { status: { phase: 'Succeeded' } }),
  pod('failed', asked('eeeeeeeeee'), { status: { phase: 'Failed' } }),
  pod('going', { ...asked('dddddddddd'), deletionTimestamp: '2030-01-01T00:00:00Z' }),
];

test('pods are counted by their own records, those that are gone or going not at all', () => {
  expect(surveyPods(pods, current, revision)).toEqual({
    injected: 3,
    stale: 2,
    missing: 2,
    skipped: [
      { name: 'out', reason: 'OptedOut' },
      { name: 'host', reason: 'HostNetwork' },
    ],
    faults: [],
  });
});

test('revisions are in use by what living pods have and ask for', () => {
  expect(revisionsInUse(pods)).toEqual(new Set([revision, revisionOf(older), 'ffffffffff']));
});

test('without pods there is nothing', () => {
  expect(surveyPods([], current, revision)).toEqual({ injected: 0, stale: 0, missing: 0, skipped: [], faults: [] });
  expect(revisionsInUse([])).toEqual(new Set());
});
