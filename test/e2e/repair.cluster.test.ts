import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { read, readAll, untilCondition } from '../api/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { web } from './cluster-objects.ts';
import { apply, dropNamespace, kubectl, newNamespace } from './kubectl.ts';
import { silentDemo } from './ownCluster.ts';

let namespace = '';
beforeAll(async () => {
  await installOperator(silentDemo);
  namespace = await newNamespace('repair');
});
afterAll(() => dropNamespace(namespace));

interface RunningPod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly initContainers?: readonly { readonly name: string }[] };
}

const livePods = () => readAll<RunningPod>(namespace, 'pod', '-l', 'app=web', '--field-selector=status.phase=Running');
const sidecars = async () => (await livePods()).map(({ spec }) => (spec.initContainers ?? []).map(({ name }) => name));

const injected = [['standpipe-metrics'], ['standpipe-metrics']];

const webhook = async (replicas: number) => {
  await kubectl(['-n', 'standpipe-system', 'scale', 'deployment/standpipe-webhook', `--replicas=${replicas}`]);
  await kubectl(['-n', 'standpipe-system', 'rollout', 'status', 'deployment/standpipe-webhook', '--timeout=120s']);
};

test('a pod that came up bare while the webhook was away is replaced when it is back', async () => {
  await apply(namespace, ...web);
  await kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=120s']);
  const spec = { metrics: { inbound: 'none' } };
  await apply(namespace, {
    apiVersion: 'standpipe.dev/v1alpha1',
    kind: 'Microservice',
    metadata: { name: 'web' },
    spec,
  });
  await eventually(() => untilCondition(namespace, 'web', 'Ready', 'Ready'), 120_000);
  await eventually(async () => expect(await sidecars()).toEqual(injected), 60_000);

  await webhook(0);
  await eventually(async () => {
    // The Service's last endpoint may take a call for a moment longer.
    const [victim] = await livePods();
    await kubectl(['-n', namespace, 'delete', 'pod', victim?.metadata.name ?? '']);
    await eventually(async () => expect(await livePods()).toHaveLength(2), 60_000);
    expect((await sidecars()).map((names) => names.length).toSorted()).toEqual([0, 1]);
  }, 120_000);
  // The app runs without its sidecars rather than not at all.
  await kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=60s']);

  await webhook(1);
  await eventually(async () => expect(await sidecars()).toEqual(injected), 120_000);
  await eventually(() => untilCondition(namespace, 'web', 'Ready', 'Ready'), 60_000);
});

test('a workload whose pods all came up bare is rolled, once, by its own rules', async () => {
  await webhook(0);
  await eventually(async () => {
    await kubectl(['-n', namespace, 'delete', 'pod', '-l', 'app=web']);
    await kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=60s']);
    expect(await sidecars()).toEqual([[], []]);
  }, 120_000);
  await webhook(1);
  await eventually(async () => expect(await sidecars()).toEqual(injected), 120_000);
  await eventually(() => untilCondition(namespace, 'web', 'Ready', 'Ready'), 60_000);
  const { status } = await read<Microservice>(namespace, 'microservice', 'web');
  const { spec } = await read<{ spec: { template: PodTemplate } }>(namespace, 'deployment', 'web');
  const restartedFor = spec.template.metadata?.annotations?.['standpipe.dev/restarted-for'];
  expect(restartedFor).toMatch(new RegExp(`^${status?.revision}@`));
});
