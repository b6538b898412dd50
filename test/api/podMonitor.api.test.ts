import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { definitionOf } from '../support/prometheusOperator.ts';
import { read, untilCondition } from './cluster.ts';
import { microservice, workload } from './workloads.ts';

const operator = new OperatorProcesses();
let namespace = '';
let crd = '';

beforeAll(async () => {
  crd = await definitionOf('podmonitors');
  await operator.start('image: example.org/sidecar:1\nmetrics: {podMonitorLabels: {release: prometheus}}\n');
  namespace = await newNamespace('podmonitor');
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
  await kubectl(['delete', '-f', crd, '--ignore-not-found']);
});

const exposed = (expose: string) => microservice('orders', { metrics: { expose } });

test('a PodMonitor is asked for in vain without the Prometheus operator, made with it, and taken back', async () => {
  await apply(namespace, workload('Deployment', 'orders'), exposed('podMonitor'));
  await untilCondition(namespace, 'orders', 'Ready', 'PodMonitorMissing');

  await kubectl(['create', '-f', crd]);
  const made = await eventually(() => read<Record<string, unknown>>(namespace, 'podmonitor', 'standpipe.orders'));
  expect(made).toMatchObject({
    metadata: {
      labels: { release: 'prometheus', 'standpipe.dev/owner': 'orders' },
      ownerReferences: [{ kind: 'Microservice', name: 'orders', controller: true }],
    },
    spec: {
      selector: { matchLabels: { 'standpipe.dev/microservice': 'orders' } },
      podMetricsEndpoints: [{ port: 'standpipe', path: '/metrics' }],
    },
  });

  await apply(namespace, exposed('annotations'));
  await eventually(async () => {
    const left = await kubectl(['-n', namespace, 'get', 'podmonitor', '-o', 'name']);
    expect(left.trim()).toBe('');
  });
});
