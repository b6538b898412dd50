import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { messageOf, read, readAll, untilCondition } from '../api/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { apply, dropNamespace, kubectl, newNamespace } from './kubectl.ts';
import { silentDemo } from './ownCluster.ts';

/** A rollout of ours is a trial: an app that does not stand its sidecars is given back as it was, or served without the tap. */

let namespace = '';
beforeAll(async () => {
  await installOperator(silentDemo);
  namespace = await newNamespace('trials');
});
afterAll(() => dropNamespace(namespace));

const serve = (port: string) =>
  `require('node:http').createServer((_, answer) => answer.end('ok')).listen(${port}); process.on('SIGTERM', () => process.exit(0));`;

const apps = {
  /** Listens where it is told. */
  obedient: serve('process.env.PORT'),
  /** Listens on 8080, whatever it is told: with the tap on that port it cannot start. */
  stubborn: serve('8080'),
  /** Does not run beside anything that sets this variable. */
  allergic: `if (process.env.SERVICE_BINDING_ROOT) process.exit(3); ${serve('process.env.PORT')}`,
};

function workload(kind: 'Deployment' | 'StatefulSet', name: string, script: string, spec: object = {}): object {
  const labels = { app: name };
  const container = {
    name: 'app',
    image: 'node:24-bookworm-slim',
    command: ['node', '-e', script],
    env: [{ name: 'PORT', value: '8080' }],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
  };
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 2, containers: [container] } };
  const service = kind === 'StatefulSet' ? { serviceName: name } : {};
  const metadata = { name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector: { matchLabels: labels }, template, ...service, ...spec },
  };
}

function microservice(name: string, spec: object): object {
  const ports = [{ name: 'http', port: 8080, env: 'PORT' }];
  return { apiVersion: 'standpipe.dev/v1alpha1', kind: 'Microservice', metadata: { name }, spec: { ports, ...spec } };
}

const rolledOut = (kind: string, name: string) =>
  kubectl(['-n', namespace, 'rollout', 'status', `${kind.toLowerCase()}/${name}`, '--timeout=120s']);

interface RunningPod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly initContainers?: readonly { readonly name: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Waits until all pods of a workload are ready and have these sidecars; an old pod may take a moment to go. */
async function untilSidecars(name: string, expected: readonly string[]): Promise<void> {
  await eventually(async () => {
    const pods = await readAll<RunningPod>(namespace, 'pod', '-l', `app=${name}`);
    const ready = pods.filter(({ status }) =>
      status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
    );
    expect(ready.map(({ metadata }) => metadata.name)).toEqual(pods.map(({ metadata }) => metadata.name));
    const sidecars = pods.map(({ spec }) => (spec.initContainers ?? []).map((container) => container.name).join(' '));
    expect(sidecars).toEqual(expected);
  }, 120_000);
}

describe('an app that ignores the variable of its port', () => {
  test('is served without the tap, and the condition says what happened', async () => {
    await apply(namespace, workload('Deployment', 'stubborn', apps.stubborn));
    await rolledOut('Deployment', 'stubborn');
    await apply(namespace, microservice('stubborn', {}));
    await eventually(() => untilCondition(namespace, 'stubborn', 'InboundTapped', 'TapTakenBack'), 120_000);
    await eventually(() => untilCondition(namespace, 'stubborn', 'Ready', 'Ready'), 120_000);
    await untilSidecars('stubborn', ['standpipe-metrics']);
  });
});

describe.each([
  ['Deployment', 'rolling', {}],
  ['Deployment', 'recreated', { strategy: { type: 'Recreate' } }],
  ['StatefulSet', 'stateful', {}],
] as const)('a %s (%s) whose app does not stand its injection', (kind, how, spec) => {
  const name = `allergic-${how}`;

  test('is given back as it was, with the evidence, once', async () => {
    await apply(namespace, workload(kind, name, apps.allergic, spec));
    await rolledOut(kind, name);
    const bindings = [{ name: 'db', secretName: 'db' }];
    await apply(namespace, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { host: 'db' } });
    await apply(namespace, microservice(name, { workload: { kind }, bindings, metrics: { inbound: 'none' } }));
    const failed = await eventually(
      () => untilCondition(namespace, name, 'Injected', 'AppFailedAfterInjection'),
      120_000,
    );
    expect(messageOf(failed, 'Injected')).toMatch(/container app of pod allergic-\S+: .*exit code 3/);
    await rolledOut(kind, name);
    await untilSidecars(name, ['']);
    const before = await read<{ metadata: { generation: number } }>(namespace, kind, name);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const after = await read<{ metadata: { generation: number } }>(namespace, kind, name);
    expect(after.metadata.generation).toBe(before.metadata.generation);
  });

  test('is injected when the Microservice is mended', async () => {
    await apply(namespace, microservice(name, { workload: { kind }, metrics: { inbound: 'none' } }));
    await eventually(() => untilCondition(namespace, name, 'Ready', 'Ready'), 120_000);
    await untilSidecars(name, ['standpipe-metrics']);
    const { status } = await read<Microservice>(namespace, 'microservice', name);
    expect(status?.pods).toMatchObject({ desired: 1, injected: 1, stale: 0, missing: 0 });
  });
});

test('a workload whose quota has no room for sidecars is given back, with the answer of the API server', async () => {
  const tight = await newNamespace('quota');
  const spec = { hard: { 'requests.cpu': '15m' } };
  await apply(tight, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tight' }, spec });
  const recreate = { strategy: { type: 'Recreate' } };
  await apply(tight, workload('Deployment', 'tight', apps.obedient, recreate));
  await kubectl(['-n', tight, 'rollout', 'status', 'deployment/tight', '--timeout=120s']);
  await apply(tight, microservice('tight', {}));
  const failed = await eventually(() => untilCondition(tight, 'tight', 'Injected', 'AdmissionRefused'), 120_000);
  expect(messageOf(failed, 'Injected')).toContain('exceeded quota: tight');
  await kubectl(['-n', tight, 'rollout', 'status', 'deployment/tight', '--timeout=120s']);
  await dropNamespace(tight);
});
