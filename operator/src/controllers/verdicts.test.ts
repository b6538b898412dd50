import { describe, expect, test } from 'vitest';
import type { ConditionType } from '../api/conditions.ts';
import { reasons } from '../api/reasons.ts';
import type { Problem } from '../plan/problem.ts';
import { binding, broker, logging, logSink, microservice, resolution } from '../plan/testing/builders.ts';
import { microserviceStatus } from './microserviceStatus.ts';
import { workload } from './testing/builders.ts';
import { type Progress, problemVerdicts, progressVerdicts } from './verdicts.ts';

const survey = { injected: 2, stale: 0, missing: 0, skipped: [], faults: [] };
const progress = (fields: Partial<Progress> = {}): Progress => ({
  resolution: resolution(),
  decision: { taps: [], reason: 'Tapped' },
  marking: { marked: true, reason: 'Injected' },
  pods: survey,
  desired: 2,
  ...fields,
});
const verdict = (type: ConditionType, fields: Partial<Progress>) =>
  progressVerdicts(progress(fields)).find((candidate) => candidate.type === type);

test('a Microservice that is in place is ready', () => {
  expect(progressVerdicts(progress())).toEqual([
    { type: 'Ready', status: 'True', reason: 'Ready' },
    { type: 'Injected', status: 'True', reason: 'Injected' },
    { type: 'BindingsReady', status: 'True', reason: 'NoBindings' },
    { type: 'BrokerReady', status: 'True', reason: 'NoBroker' },
    { type: 'LogsReady', status: 'False', reason: 'LogsOff' },
    { type: 'InboundTapped', status: 'True', reason: 'Tapped', message: reasons.Tapped.text },
  ]);
});

test('a Microservice in place is not ready while a sidecar of a pod does not run', () => {
  const faults = ['standpipe-logs of pod orders-1: its image cannot be pulled'];
  expect(verdict('Injected', { pods: { ...survey, faults } })).toMatchObject({ status: 'True', reason: 'Injected' });
  expect(verdict('Ready', { pods: { ...survey, faults } })).toMatchObject({
    status: 'False',
    reason: 'SidecarsFailing',
    message:
      '1 pod has a sidecar that does not run, for example standpipe-logs of pod orders-1: its image cannot be pulled',
  });
});

test('bindings, Brokers, logs and what is not built are told', () => {
  const spec = { bindings: [binding({ brokerName: 'main' })], logging: logging({ multiline: 'java' }) };
  const resolved = resolution({ microservice: microservice(spec), brokers: [broker()], sinks: [logSink()] });
  expect(progressVerdicts(progress({ resolution: resolved })).slice(2)).toEqual([
    { type: 'BindingsReady', status: 'True', reason: 'BindingsReady' },
    { type: 'BrokerReady', status: 'True', reason: 'BrokerReady' },
    { type: 'LogsReady', status: 'True', reason: 'LogsReady' },
    { type: 'InboundTapped', status: 'True', reason: 'Tapped', message: reasons.Tapped.text },
    {
      type: 'NotImplementedInThisVersion',
      status: 'True',
      reason: 'NotImplemented',
      message: 'these fields change nothing in this version: spec.logging.multiline',
    },
  ]);
});

const skipped = [
  { name: 'orders-1', reason: 'HostNetwork' as const },
  { name: 'orders-2', reason: 'OptedOut' as const },
];

test.each<readonly [string, Partial<Progress>, object]>([
  [
    'the workload is not marked',
    { marking: { marked: false, reason: 'WebhookNotWorking' } },
    { status: 'False', reason: 'WebhookNotWorking' },
  ],
  [
    'rollouts are manual and done',
    { marking: { marked: true, reason: 'RestartManual' } },
    { status: 'True', reason: 'RestartManual' },
  ],
  [
    'there is no workload',
    { marking: { marked: true, reason: 'NoWorkload' } },
    { status: 'True', reason: 'NoWorkload' },
  ],
  ['no pod is wanted', { pods: { ...survey, injected: 0 }, desired: 0 }, { status: 'True', reason: 'Injected' }],
  [
    'a pod is stale',
    { pods: { ...survey, stale: 1 } },
    {
      status: 'False',
      reason: 'RollingOut',
      message: '1 of 2 pods carry the current revision, 1 an older one, 0 none',
    },
  ],
  [
    'a pod is bare',
    { pods: { ...survey, injected: 1, missing: 1 } },
    {
      status: 'False',
      reason: 'RollingOut',
      message: '1 of 2 pods carry the current revision, 0 an older one, 1 none',
    },
  ],
  [
    'pods are skipped',
    { pods: { ...survey, skipped } },
    {
      status: 'False',
      reason: 'PodsSkipped',
      message: `2 pods were admitted without sidecars, for example orders-1: ${reasons.HostNetwork.text}`,
    },
  ],
  [
    'one pod is skipped',
    { pods: { ...survey, skipped: skipped.slice(1) } },
    {
      status: 'False',
      reason: 'PodsSkipped',
      message: `1 pod was admitted without sidecars, for example orders-2: ${reasons.OptedOut.text}`,
    },
  ],
])('where %s, it shows in Injected and so in Ready', (_, fields, expected) => {
  expect(verdict('Injected', fields)).toEqual({ type: 'Injected', ...expected });
  const injected = verdict('Injected', fields);
  const ready = {
    type: 'Ready',
    status: injected?.status,
    reason: injected?.status === 'True' ? 'Ready' : injected?.reason,
  };
  expect(verdict('Ready', fields)).toMatchObject(ready);
});

test('an untapped port is named with what to do', () => {
  expect(verdict('InboundTapped', { decision: { taps: [], reason: 'PortEnvUnknown', port: 'http' } })).toEqual({
    type: 'InboundTapped',
    status: 'False',
    reason: 'PortEnvUnknown',
    message: `port http: ${reasons.PortEnvUnknown.text}`,
  });
});

test.each([
  ['Tapped', 'ServiceByNumber'],
  ['PolicyByNumber', 'PolicyByNumber'],
] as const)('what leads past a tap or keeps callers from it is named where the decision is %s', (reason, told) => {
  const bypasses = ['Service orders sends port 80 to 8080', 'and another'];
  const fields = { decision: { taps: [], reason }, resolution: { ...resolution(), bypasses } };
  expect(verdict('InboundTapped', fields)).toEqual({
    type: 'InboundTapped',
    status: 'False',
    reason: told,
    message: 'Service orders sends port 80 to 8080; and another',
  });
});

describe('problems', () => {
  const problem = (field: string, reason: Problem['reason']): Problem => ({ field, reason, message: `about ${field}` });

  test.each<readonly [Problem, readonly ConditionType[]]>([
    [problem('spec.bindings[0].secretName', 'SecretNotFound'), ['BindingsReady']],
    [problem('spec.bindings[0].brokerName', 'BrokerNotFound'), ['BindingsReady', 'BrokerReady']],
    [problem('spec.publishes[0].topic', 'TopicNotGranted'), ['BrokerReady']],
    [problem('spec.logging.sinkName', 'SinkNotFound'), ['LogsReady']],
    [problem('spec.workload', 'WorkloadNotFound'), ['Injected']],
    [problem('spec.ports[0].port', 'PortNotInPod'), ['Injected']],
    [problem('metadata.name', 'SecretNotOurs'), ['Injected']],
  ])('with $field show in Ready and where they belong', (given, types) => {
    const { reason } = given;
    const message = `${given.field}: about ${given.field}`;
    expect(problemVerdicts([given], [])).toEqual(
      ['Ready', ...types].map((type) => ({ type, status: 'False', reason, message })),
    );
  });

  test('are told together, the first one gives the reason', () => {
    const given = [problem('spec.logging.sinkName', 'SinkNotFound'), problem('spec.workload', 'WorkloadNotFound')];
    const verdicts = problemVerdicts(given, ['spec.sidecars.pipe']);
    expect(verdicts.map(({ type }) => type)).toEqual(['Ready', 'LogsReady', 'Injected', 'NotImplementedInThisVersion']);
    expect(verdicts[0]).toMatchObject({
      reason: 'SinkNotFound',
      message: 'spec.logging.sinkName: about spec.logging.sinkName; spec.workload: about spec.workload',
    });
  });
});

describe('a status', () => {
  const { plan } = resolution();
  const facts = { plan, revision: 'r', target: undefined, marked: true, pods: survey, desired: 2, drains: undefined };

  test('has the least where there is the least', () => {
    expect(microserviceStatus(facts)).toEqual({
      revision: 'r',
      pods: { desired: 2, injected: 2, stale: 0, missing: 0, skipped: { count: 0 } },
      overhead: { perPod: { cpu: '10m', memory: '48Mi' } },
    });
  });

  test('has all that there is', () => {
    const many = Array.from({ length: 25 }, (_, i) => ({ name: `orders-${i}`, reason: 'OptedOut' as const }));
    const bindings = [{ name: 'db', secretName: 'orders-db', entries: [], files: true, env: [] }];
    const drains = { pods: 1, unobserved: 0, linesLeft: 0 };
    const target = workload('Deployment');
    const pods = { injected: 1, stale: 1, missing: 1, skipped: many, faults: [] };
    expect(microserviceStatus({ ...facts, plan: { ...plan, bindings }, target, pods, drains })).toEqual({
      revision: 'r',
      workload: { kind: 'Deployment', name: 'orders', uid: 'uid-Deployment' },
      pods: { desired: 2, injected: 1, stale: 1, missing: 1, skipped: { count: 25, examples: many.slice(0, 20) } },
      bindings: [{ name: 'db', secretName: 'orders-db' }],
      overhead: { perPod: { cpu: '10m', memory: '48Mi' } },
      drains,
    });
  });

  test('names no workload that is not marked', () => {
    expect(microserviceStatus({ ...facts, target: workload('Deployment'), marked: false })).not.toHaveProperty(
      'workload',
    );
  });
});
