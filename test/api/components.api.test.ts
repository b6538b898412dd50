import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ruleSets } from '../../scripts/generate-alerts.ts';
import { boards } from '../../scripts/generate-dashboards.ts';
import { kubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { definitionOf } from '../support/prometheusOperator.ts';

/** What deploy/components adds to an installation, as the API server takes it. */

const component = (name: string) => join(import.meta.dirname, '../../deploy/components', name);
const kinds = ['podmonitors', 'prometheusrules'] as const;
const namespace = 'standpipe-system';

beforeAll(async () => {
  await kubectl(['apply', '-f', join(import.meta.dirname, '../../deploy/base/namespaces.yaml')]);
  for (const kind of kinds) await kubectl(['create', '-f', await definitionOf(kind)]);
});

afterAll(async () => {
  await kubectl(['delete', '-k', component('grafana'), '--ignore-not-found']);
  for (const kind of kinds) await kubectl(['delete', '-f', await definitionOf(kind), '--ignore-not-found']);
});

const names = async (...what: readonly string[]) =>
  (await kubectl(['-n', namespace, 'get', ...what, '-o', 'jsonpath={.items[*].metadata.name}'])).split(' ');

test("the Prometheus operator's own definitions take the rules and the PodMonitor", async () => {
  // With strict validation, a field that the definition does not have is an error.
  await eventually(() => kubectl(['apply', '--validate=strict', '-k', component('prometheus-operator')]));
  expect(await names('prometheusrules')).toEqual(ruleSets);
  expect(await names('podmonitors')).toEqual(['standpipe-operator']);
});

test("each dashboard is in a ConfigMap that Grafana's sidecar finds by its label", async () => {
  await kubectl(['apply', '--validate=strict', '-k', component('grafana')]);
  const found = await names('configmaps', '-l', 'grafana_dashboard=1');
  expect(found.length).toBe(boards.length);
  for (const { uid } of boards) {
    const name = uid.replace('standpipe-', 'standpipe-dashboard-');
    expect(found).toContain(name);
    const text = await kubectl(['-n', namespace, 'get', 'configmap', name, '-o', `jsonpath={.data.${uid}\\.json}`]);
    expect(JSON.parse(text)).toMatchObject({ uid });
  }
});
