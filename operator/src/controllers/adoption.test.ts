import { expect, test } from 'vitest';
import { judgeAdoption } from './adoption.ts';
import type { StatusReport } from './statusReport.ts';
import { pod } from './testing/builders.ts';
import type { TrialVerdict } from './trial.ts';

const since = '2026-11-24T10:00:00Z';
const ready = { status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }] } };
const pods = [pod('a', {}, ready), pod('b', {}, ready)];
const well: StatusReport = { revision: 'r1', generation: 'g1', problems: [] };
const ill: StatusReport = { ...well, problems: ['tap http does not listen on port 8080: EADDRINUSE'] };
const behind: StatusReport = { ...well, generation: 'g0' };
const evidence =
  '1 of 2 sidecars have taken up the revision; standpipe-metrics of pod b: tap http does not listen on port 8080: EADDRINUSE';
const running: TrialVerdict = { state: 'running' };
const passed: TrialVerdict = { state: 'passed' };

interface Row {
  readonly b: StatusReport | undefined;
  readonly seconds: number;
  readonly healthyBefore?: boolean;
}

test.each<[string, Row, TrialVerdict]>([
  ['has passed when all have taken it up', { b: well, seconds: 10 }, passed],
  ['waits for a pod that is not heard', { b: undefined, seconds: 59 }, running],
  ['believes in the end that it is well', { b: undefined, seconds: 60 }, passed],
  ['waits for a configuration that is on its way', { b: behind, seconds: 59 }, running],
  ['does not wait for it for ever', { b: behind, seconds: 60 }, passed],
  ['does not count another revision', { b: { ...well, revision: 'r0' }, seconds: 59 }, running],
  ['waits, and says so, while a sidecar does not work', { b: ill, seconds: 59 }, { state: 'running', evidence }],
  [
    'has failed when it still does not',
    { b: ill, seconds: 60 },
    { state: 'failed', reason: 'SidecarNotWorking', evidence },
  ],
  [
    'is no judge of a workload that was not healthy before',
    { b: ill, seconds: 9999, healthyBefore: false },
    { state: 'running', evidence },
  ],
])('a trial %s', (_title, { b, seconds, healthyBefore = true }, expected) => {
  const reports = new Map([['a', well], ...(b === undefined ? [] : ([['b', b]] as const))]);
  const now = new Date(Date.parse(since) + seconds * 1000);
  const input = { pods, reports, revision: 'r1', generation: 'g1', healthyBefore, now };
  expect(judgeAdoption(input)).toEqual(expected);
});
