import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { messageOf, read, readAll, untilCondition } from './cluster.ts';
import { container, microservice } from './workloads.ts';

/** Workloads whose pods came up bare. No pod is ever ready here, so they are replaced all at once (Recreate). */

const operator = new OperatorProcesses();
const restartedFor = 'standpipe.dev/restarted-for';
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  namespace = await newNamespace('bare');
});
afterEach(() => askWebhook(true));
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
});

/** Has the API server ask the webhook in the test's namespace, or not; in that of the trial pods it always does. */
async function askWebhook(asked: boolean): Promise<void> {
  const values = ['kube-system', 'kube-node-lease', 'standpipe-system', ...(asked ? [] : [namespace])];
  const value = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values };
  const op = { op: 'replace', path: '/webhooks/0/namespaceSelector/matchExpressions/0', value };
  const named = ['mutatingwebhookconfiguration', 'standpipe', '--type=json'];
  await kubectl(['patch', ...named, '-p', JSON.stringify([op])]);
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly template: PodTemplate };
}

const deployment = (name: string) => read<Deployment>(namespace, 'deployment', name);
const pods = (name: string) => readAll<PodTemplate>(namespace, 'pod', '-l', `app=${name}`);
const sidecars = async (name: string) => (await pods(name)).map(({ spec }) => (spec.initContainers ?? []).length);

/** A Deployment of two injected pods. */
async function begin(name: string): Promise<Microservice> {
  const labels = { app: name };
  const spec = {
    replicas: 2,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  };
  await apply(namespace, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec }, microservice(name));
  await eventually(async () => expect(await sidecars(name)).toEqual([1, 1]));
  return untilCondition(namespace, name, 'Injected', 'Injected');
}

/** Deletes the pods of a workload until those that replace them are bare: the API server follows selectors by a watch. */
async function makeBare(name: string): Promise<void> {
  await eventually(async () => {
    await kubectl(['-n', namespace, 'delete', 'pod', '-l', `app=${name}`]);
    await eventually(async () => expect(await pods(name)).toHaveLength(2));
    expect(await sidecars(name)).toEqual([0, 0]);
  });
}

/** Has all pods of a workload come up bare while the webhook is away, and waits until they are injected again. */
async function healedAfterOutage(name: string): Promise<void> {
  await operator.end('webhook', 'SIGTERM');
  await makeBare(name);
  await operator.run('webhook');
  await eventually(async () => expect(await sidecars(name)).toEqual([1, 1]));
  await eventually(() => untilCondition(namespace, name, 'Injected', 'Injected'));
}

/** Nothing may happen for longer than the controller waits between two looks. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 12_000));

describe('a workload whose pods are all bare', () => {
  test('is rolled once when the webhook is back, and its pods are injected', async () => {
    const { status } = await begin('rolled');
    const before = await deployment('rolled');
    await healedAfterOutage('rolled');
    const after = await deployment('rolled');
    const first = after.spec.template.metadata?.annotations?.[restartedFor];
    expect(first).toMatch(new RegExp(`^${status?.revision}@\\d{4}-`));
    expect(after.metadata.generation).toBe(before.metadata.generation + 1);

    // Of the same revision, and not what the roll has made of the first: another outage.
    await healedAfterOutage('rolled');
    const last = await deployment('rolled');
    expect(last.metadata.generation).toBe(after.metadata.generation + 1);
    expect(last.spec.template.metadata?.annotations?.[restartedFor]).not.toBe(first);
  });

  test('and come up bare again is not rolled again, and the condition says so', async () => {
    await begin('stays');
    const before = await deployment('stays');
    await askWebhook(false);
    await makeBare('stays');
    const told = await eventually(() => untilCondition(namespace, 'stays', 'Injected', 'PodsStayBare'));
    expect(messageOf(told, 'Injected')).toContain('It is 2 of 2 pods.');
    const names = (await pods('stays')).map(({ metadata }) => metadata?.name);
    await pause();
    expect((await deployment('stays')).metadata.generation).toBe(before.metadata.generation + 1);
    expect((await pods('stays')).map(({ metadata }) => metadata?.name)).toEqual(names);
    // Its team restarts it when the cause is found; the next change of the Microservice takes the mark off.
    await askWebhook(true);
    await eventually(async () => {
      await kubectl(['-n', namespace, 'rollout', 'restart', 'deployment/stays']);
      await eventually(async () => expect(await sidecars('stays')).toEqual([1, 1]), 10_000);
    });
    await eventually(() => untilCondition(namespace, 'stays', 'Injected', 'Injected'));
    await healedAfterOutage('stays');
    await apply(namespace, microservice('stays', { metrics: { expose: 'none' } }));
    await eventually(async () => {
      const { annotations = {} } = (await deployment('stays')).spec.template.metadata ?? {};
      expect(annotations).not.toHaveProperty([restartedFor]);
    });
  });

  test('is reported and left alone while it is paused', async () => {
    await begin('paused');
    const patch = ['-p', JSON.stringify({ spec: { paused: true } })];
    await kubectl(['-n', namespace, 'patch', 'deployment', 'paused', ...patch]);
    const before = await deployment('paused');
    await askWebhook(false);
    await makeBare('paused');
    await eventually(() => untilCondition(namespace, 'paused', 'Injected', 'RolloutPaused'));
    await pause();
    expect((await deployment('paused')).metadata.generation).toBe(before.metadata.generation);
    expect(await sidecars('paused')).toEqual([0, 0]);
  });
});
