import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { Guide, shell } from '../support/guide.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { read, readAll, untilCondition } from './cluster.ts';
import { platform } from './platform.ts';
import { type Kind, microservice, workload } from './workloads.ts';

/** The commands of docs/guide/uninstall.md, as they stand there. */

const guide = new Guide('uninstall');
const [takeBack = '', remove = '', check = ''] = guide.commands();

const operator = new OperatorProcesses();
let namespace = '';

beforeAll(async () => {
  await operator.start('image: example.org/sidecar:1\n');
  await kubectl(['apply', '-f', '-'], platform);
  namespace = await newNamespace('uninstall', { team: 'shop' });
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
});

/** A workload whose pods, which never run here, are replaced at once. */
async function service(kind: Kind & ('Deployment' | 'DaemonSet'), name: string): Promise<void> {
  const object = workload(kind, name) as { spec: object };
  const strategy = kind === 'Deployment' ? { strategy: { type: 'Recreate' } } : {};
  await apply(namespace, { ...object, spec: { ...object.spec, ...strategy } });
  const bindings = [{ name: 'events', brokerName: 'main' }];
  await apply(namespace, microservice(name, { workload: { kind }, bindings, logging: {} }));
  await untilCondition(namespace, name, 'BindingsReady', 'BindingsReady');
}

const pods = () => readAll<PodTemplate>(namespace, 'pod');
const sidecars = async () => (await pods()).map(({ spec }) => spec.initContainers?.length ?? 0);

test('an operator that went first leaves marks, which its field manager gives up', async () => {
  await service('Deployment', 'orders');
  await eventually(async () => expect(await sidecars()).toEqual([2]));
  await operator.end('controller', 'SIGTERM');
  await kubectl(['-n', namespace, 'delete', 'microservice', 'orders']);
  const template = async () =>
    (await read<{ spec: { template: PodTemplate } }>(namespace, 'deployment', 'orders')).spec.template.metadata;
  expect(await template()).toHaveProperty(['labels', 'standpipe.dev/microservice'], 'orders');
  await shell((guide.commands('unmark')[0] ?? '').replace('-n shop', `-n ${namespace}`));
  expect(await template()).toEqual({ labels: { app: 'orders' } });
  await eventually(async () => expect(await sidecars()).toEqual([0]));
  await operator.run('controller');
});

test('without the webhook configuration, pods start bare', async () => {
  await service('Deployment', 'orders');
  await eventually(async () => expect(await sidecars()).toEqual([2]));
  await shell(guide.commands('emergency')[0] ?? '');
  await eventually(async () => {
    await kubectl(['-n', namespace, 'delete', 'pod', '--all', '--wait=false', '--grace-period=0', '--force']);
    await eventually(async () => expect(await pods()).toHaveLength(1), 10_000);
    expect(await sidecars()).toEqual([0]);
  });
  await operator.install('image: example.org/sidecar:1\n');
  // A bare pod that never becomes ready is not replaced.
  await kubectl(['-n', namespace, 'delete', 'deployment,microservice', 'orders']);
});

test('the page’s commands give every pod back and leave nothing of Standpipe', async () => {
  await service('Deployment', 'orders');
  await service('Deployment', 'billing');
  await eventually(async () => expect((await sidecars()).toSorted()).toEqual([2, 2]));

  await shell(takeBack);
  await eventually(async () => expect(await sidecars()).toEqual([0, 0]));
  await operator.end('controller', 'SIGTERM');
  await operator.end('webhook', 'SIGTERM');
  await shell(remove);
  await eventually(async () => expect(await shell(check)).toBe(''));

  const left = JSON.stringify(await readAll(namespace, 'deployments,pods', '--show-managed-fields'));
  expect(left).not.toContain('standpipe');
  expect((await kubectl(['get', 'namespaces', '-o', 'name'])).match(/standpipe-/)).toBeNull();
}, 300_000);
