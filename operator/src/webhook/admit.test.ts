import jsonPatch from 'fast-json-patch';
import { expect, test } from 'vitest';
import { reasons } from '../api/reasons.ts';
import { inject } from '../inject/inject.ts';
import { pod } from '../inject/testing/builders.ts';
import { ManualClock } from '../kube/testing/manualClock.ts';
import { revisionOf } from '../plan/revision.ts';
import { plan } from '../plan/testing/builders.ts';
import type { AdmissionRequest } from './admissionReview.ts';
import { podHandler } from './admit.ts';
import { PlanFinder } from './planFinder.ts';
import { planStore, stored } from './testing/storedPlans.ts';

const current = plan();
const blank: AdmissionRequest = {
  uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  namespace: 'shop',
  operation: 'CREATE',
  object: pod(),
};

/** What the handler answers and what it tells the observer; time passes as fast as it can. */
async function decide(fields: Partial<AdmissionRequest>) {
  const observed: unknown[] = [];
  const clock = new ManualClock();
  const handle = podHandler(new PlanFinder(planStore(stored(current, 1)), clock), (verdict, reason, seconds) =>
    observed.push([verdict, reason, seconds >= 0]),
  );
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { ...blank, ...fields },
  } as const;
  const answer = handle(review);
  await clock.advance(1000);
  return { response: await answer, observed };
}

test('a pod that can be injected is answered with the patch that does it', async () => {
  const before = pod();
  const { response, observed } = await decide({ object: before });
  const expected = inject(before, current);
  if ('skip' in expected) throw new Error(expected.skip);
  expect(jsonPatch.applyPatch(structuredClone(before), [...(response.patch ?? [])]).newDocument).toEqual(
    expected.template,
  );
  expect({ ...response, patch: undefined }).toEqual({
    allowed: true,
    patch: undefined,
    auditAnnotations: { injected: revisionOf(current) },
  });
  expect(observed).toEqual([['injected', 'NoPorts', true]]);
});

const unmarked = { metadata: { labels: { app: 'orders' } }, spec: { containers: [] } };

test.each<readonly [string, Partial<AdmissionRequest>]>([
  ['an update', { operation: 'UPDATE' }],
  ['a subresource', { subResource: 'eviction' }],
  ['another kind', { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }],
  ['no object', { object: null }],
  ['an object without metadata', { object: {} }],
  ['a pod without the label', { object: unmarked }],
])('%s is admitted without a word', async (_, fields) => {
  expect(await decide(fields)).toEqual({
    response: { allowed: true, auditAnnotations: { skipped: 'NotMarked' } },
    observed: [['skipped', 'NotMarked', true]],
  });
});

test.each([
  ['of a namespace without the Plan', { namespace: 'bank' }, 'PlanMissing'],
  ['without a namespace', { namespace: '' }, 'PlanMissing'],
  ['of an unknown Microservice', { object: pod({}, { labels: { 'standpipe.dev/microservice': 'x' } }) }, 'PlanMissing'],
  ['of an unknown revision', { object: pod({}, { annotations: { 'standpipe.dev/revision': 'x' } }) }, 'PlanMissing'],
  ["on its node's network", { object: pod({ hostNetwork: true }) }, 'HostNetwork'],
] as const)('a pod %s is admitted as it is, with the reason', async (_, fields, reason) => {
  expect(await decide(fields)).toEqual({
    response: {
      allowed: true,
      warnings: [`standpipe: not injected (${reason}). ${reasons[reason].text}`],
      auditAnnotations: { skipped: reason },
    },
    observed: [['skipped', reason, true]],
  });
});

test('a pod that opts out is admitted without a word, and counted', async () => {
  const optedOut = pod({}, { annotations: { 'standpipe.dev/inject': 'false' } });
  expect(await decide({ object: optedOut })).toEqual({
    response: { allowed: true, auditAnnotations: { skipped: 'OptedOut' } },
    observed: [['skipped', 'OptedOut', true]],
  });
});

test('a record that was forged does not stop the webhook', async () => {
  const annotations = { 'standpipe.dev/injected': '{"revision":"x","undo":{"containers":{"app":null}}}' };
  const { observed } = await decide({ object: pod({}, { annotations }) });
  expect(observed).toEqual([['injected', 'NoPorts', true]]);
});

test('no warning is so long that the API server would cut it', () => {
  // Kubernetes, "Admission webhook response": warnings over 256 characters may be truncated.
  const skips = Object.entries(reasons).filter(([, { kind }]) => kind === 'skip');
  const warnings = skips.map(([reason, { text }]) => `standpipe: not injected (${reason}). ${text}`);
  expect(warnings.filter((warning) => warning.length > 256)).toEqual([]);
});
