import { expect, test } from 'vitest';
import { type Condition, dateConditions, type Verdict } from './conditions.ts';
import { reasons } from './reasons.ts';

const now = new Date('2030-01-02T03:04:05.678Z');
const verdict: Verdict = { type: 'Ready', status: 'False', reason: 'RollingOut', message: '1 of 2' };
const before: Condition = {
  type: 'Ready',
  status: 'False',
  observedGeneration: 1,
  lastTransitionTime: '2029-01-01T00:00:00Z',
  reason: 'WorkloadNotFound',
  message: 'old',
};
const dated: Condition = {
  type: 'Ready',
  status: 'False',
  observedGeneration: 7,
  lastTransitionTime: '2030-01-02T03:04:05Z',
  reason: 'RollingOut',
  message: '1 of 2',
};

test.each<readonly [string, readonly Condition[], string]>([
  ['nothing before', [], dated.lastTransitionTime],
  ['the same status before, for another reason', [before], before.lastTransitionTime],
  ['another status before', [{ ...before, status: 'True' }], dated.lastTransitionTime],
  ['another condition before', [{ ...before, type: 'Injected' }], dated.lastTransitionTime],
])('with %s a condition is dated as it should be', (_, conditions, lastTransitionTime) => {
  expect(dateConditions([verdict], conditions, 7, now)).toEqual([{ ...dated, lastTransitionTime }]);
});

test("a verdict without a message gets its reason's", () => {
  const [condition] = dateConditions([{ type: 'Ready', status: 'True', reason: 'Ready' }], [], 1, now);
  expect(condition?.message).toBe(reasons.Ready.text);
});

test('conditions keep the order of the verdicts, and what has none is left out', () => {
  const verdicts: Verdict[] = [verdict, { type: 'Injected', status: 'True', reason: 'Injected' }];
  const conditions = dateConditions(verdicts, [{ ...before, type: 'BrokerReady' }], 1, now);
  expect(conditions.map(({ type }) => type)).toEqual(['Ready', 'Injected']);
});
