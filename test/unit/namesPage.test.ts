import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as names from '../../operator/src/api/names.ts';
import { changedAnnotations } from '../../operator/src/inject/annotations.ts';
import { inject } from '../../operator/src/inject/inject.ts';
import { pod } from '../../operator/src/inject/testing/builders.ts';
import { plan, resources } from '../../operator/src/plan/testing/builders.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/names.md'), 'utf8').replaceAll(/\s+/g, ' ');

/** What the names that depend on something look like on the page. */
const written: Readonly<Record<string, readonly string[]>> = {
  bindingVolume: [names.bindingVolume('<binding>')],
  filesVolume: [names.filesVolume('<n>' as unknown as number)],
  bindingEntryKey: ['type', 'provider'].map((entry) => names.bindingEntryKey('<binding>', entry)),
  configMapName: [names.configMapName('<ms>')],
  planName: [names.planName('<ms>', '<revision>')],
  bindingSecretName: [names.bindingSecretName('<ms>', '<binding>')],
  managedByLabel: [`${names.managedByLabel}: ${names.managedBy}`],
  ownerLabel: [`${names.ownerLabel}: <ms>`],
  metricsPort: [],
  sidecarPorts: [],
};

test.each(Object.entries(names))('the page has %s', (name, value) => {
  const expected = written[name] ?? [value].flat().map(String);
  expect(expected.filter((text) => !page.includes(`\`${text}\``))).toEqual([]);
});

test('the page has the ports', () => {
  expect(page).toContain(`\`standpipe\`, ${names.metricsPort}`);
  expect(page).toContain(`The ports ${Math.min(...names.sidecarPorts)} to ${Math.max(...names.sidecarPorts)} belong`);
});

test('the page has every annotation that injection changes', () => {
  expect(changedAnnotations.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

const logs = { drainSeconds: 10, stateBytes: 1, resources };
const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' };

test.each([
  ['stdout', { ...logs, source: 'stdout' as const, directories: [] }],
  ['files', { ...logs, source: 'files' as const, directories: ['/var/log/app'] }],
])('the page has every container, volume, path, port and variable of a pod whose logs are in %s', (_, planned) => {
  const metrics = { ...plan().metrics, expose: 'annotations' as const };
  const bindings = [{ name: 'db', secretName: 's', entries: [], files: true, env: [] }];
  const result = inject(pod({}, { annotations }), plan({ logs: planned, metrics, bindings }));
  if ('skip' in result) throw new Error(result.skip);
  const { initContainers = [], containers, volumes = [] } = result.template.spec;
  const all = [...initContainers, ...containers];
  const used = [
    ...initContainers.map(({ name }) => name),
    ...volumes.map(({ name }) => name.replace(/-db$/, '-<binding>').replace(/-\d$/, '-<n>')),
    ...all.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ mountPath }) => mountPath)),
    ...all.flatMap(({ ports = [] }) => ports.map(({ name = '' }) => name)),
    ...all.flatMap(({ env = [] }) => env.map(({ name }) => name)),
  ].map((name) => name.replace('/bindings/db', '/bindings/<binding>'));
  expect([...new Set(used)].filter((name) => name !== '/var/log/app' && !page.includes(`\`${name}\``))).toEqual([]);
});
