import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { messageOf, read, readAll, untilCondition } from './cluster.ts';
import { microservice, workload } from './workloads.ts';

/**
 * Trials hear what the sidecars of their pods say. There is no kubelet: the statuses of pods are written by hand, and one
 * server, at an address of the test's own network, answers for all of them.
 */

const operator = new OperatorProcesses();
const address = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
let namespace = '';
/** What the sidecar of a pod says, by the name of its Microservice; asked counts how often. */
const said = new Map<string, { readonly listening: boolean }>();
const asked: string[] = [];

const server = createServer(async (_request, answer) => {
  const pods = await readAll<Pod>(namespace, 'pod', '-l', 'standpipe.dev/microservice');
  const [pod] = pods.filter(({ metadata }) => said.has(metadata.labels?.['standpipe.dev/microservice'] ?? ''));
  const name = pod?.metadata.labels?.['standpipe.dev/microservice'] ?? '';
  asked.push(name);
  const config = await read<{ data: Record<string, string> }>(namespace, 'configmap', `standpipe.${name}`);
  const { generation } = JSON.parse(config.data['metrics.json'] ?? '{}') as { generation: string };
  const { listening = true } = said.get(name) ?? {};
  const page = {
    component: 'standpipe-metrics',
    namespace,
    pod: pod?.metadata.name,
    revision: pod?.metadata.annotations?.['standpipe.dev/revision'],
    configuration: { generation, problems: [] },
    environment: { problems: [] },
    taps: [{ name: 'http', listen: 8080, listening, problem: 'EADDRINUSE' }],
  };
  answer.end(JSON.stringify(page));
});

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  namespace = await newNamespace('live');
  await new Promise<void>((resolve) => server.listen(9470, address, resolve));
});
afterAll(async () => {
  server.close();
  await operator.stop();
  await dropNamespace(namespace);
});

/** Writes what a kubelet would of pods that have been ready for some seconds. */
async function makeReady(labels: string, seconds: number): Promise<void> {
  await eventually(async () => {
    const pods = await readAll<Pod>(namespace, 'pod', '-l', labels);
    expect(pods).toHaveLength(1);
    const lastTransitionTime = new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, '');
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
    const status = { phase: 'Running', podIP: address, podIPs: [{ ip: address }], conditions };
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    await kubectl(['-n', namespace, 'patch', 'pod', pods[0]?.metadata.name ?? '', ...patch]);
  });
}

/** A service that was healthy, and whose first pod with sidecars is about to come. Returns the revision on trial. */
async function begin(name: string): Promise<string> {
  await apply(namespace, workload('Deployment', name));
  await makeReady(`app=${name}`, 0);
  await eventually(async () => {
    const { status } = await read<{ status: { readyReplicas?: number } }>(namespace, 'deployment', name);
    expect(status.readyReplicas).toBe(1);
  });
  await apply(namespace, microservice(name, { ports: [{ name: 'http', port: 8080 }] }));
  return eventually(async () => {
    const { status } = await read<Microservice>(namespace, 'microservice', name);
    expect(status?.workload).toBeDefined();
    return status?.revision ?? '';
  });
}

/** How the trial of a revision stands. */
async function trialOf(
  name: string,
  revision: string,
): Promise<{ readonly state: string; readonly evidence?: string }> {
  const plan = await read<Pod>(namespace, 'controllerrevision', `standpipe.${name}.${revision}`);
  return JSON.parse(plan.metadata.annotations?.['standpipe.dev/trial'] ?? '{}') as { state: string };
}

test('a trial whose sidecar works passes, and nobody is asked any more', async () => {
  said.set('well', { listening: true });
  const revision = await begin('well');
  await makeReady('standpipe.dev/microservice=well', 15);
  await eventually(() => untilCondition(namespace, 'well', 'Ready', 'Ready'));
  await eventually(async () => expect(await trialOf('well', revision)).toMatchObject({ state: 'passed' }));
  const before = asked.length;
  expect(before).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  expect(asked).toHaveLength(before);
  said.clear();
});

test('a trial whose sidecar does not work is held up, and taken back after a minute without the tap', async () => {
  said.set('ill', { listening: false });
  const revision = await begin('ill');
  await makeReady('standpipe.dev/microservice=ill', 15);
  const held = await eventually(() => untilCondition(namespace, 'ill', 'Injected', 'SidecarNotWorking'));
  const problem =
    /0 of 1 sidecars.*standpipe-metrics of pod ill-\S+: tap http does not listen on port 8080: EADDRINUSE/;
  expect(messageOf(held, 'Injected')).toMatch(problem);
  expect(await trialOf('ill', revision)).toMatchObject({ state: 'running' });
  await makeReady('standpipe.dev/microservice=ill', 61);
  await eventually(() => untilCondition(namespace, 'ill', 'InboundTapped', 'TapTakenBack'));
  expect(await trialOf('ill', revision)).toMatchObject({
    state: 'failed',
    reason: 'SidecarNotWorking',
    evidence: expect.stringMatching(problem),
  });
});
