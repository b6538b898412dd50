import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { read, untilCondition } from './cluster.ts';
import { microservice, workload } from './workloads.ts';

/** The Prometheus operator, whose own definition of PodMonitor the objects must pass. */
const prometheusOperator = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';
const definition = 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml';

const operator = new OperatorProcesses();
let namespace = '';
let crd = '';

beforeAll(async () => {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', prometheusOperator]);
  crd = join((JSON.parse(stdout) as { readonly Dir: string }).Dir, definition);
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

  // Its schema is larger than what client-side apply can note down.
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
