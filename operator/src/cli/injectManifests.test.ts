import { describe, expect, test } from 'vitest';
import { readCrds } from '../api/crds.ts';
import { compileChecker } from '../api/schema.ts';
import { readSettings } from '../plan/settings.ts';
import { parseSource, renderDocuments } from './documents.ts';
import { injectManifests } from './injectManifests.ts';
import { sortManifests } from './manifests.ts';

const checker = compileChecker(readCrds());
const settings = readSettings(undefined);

function injected(...documents: readonly string[]) {
  const sources = parseSource('in.yaml', documents.join('\n---\n'));
  const manifests = sortManifests(sources, checker, 'shop');
  if (Array.isArray(manifests)) return { faults: manifests, notes: [], output: '' };
  return { ...injectManifests(manifests, settings), output: renderDocuments(sources) };
}

const microservice = (name: string, spec: string) =>
  `apiVersion: standpipe.dev/v1alpha1\nkind: Microservice\nmetadata: {name: ${name}}\nspec: ${spec}`;
const deployment = (template: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: orders}\nspec:\n  template: ${template}`;
const orders = deployment('{spec: {containers: [{name: app, image: "example.org/orders:1"}]}}');

describe('a manifest that cannot be injected', () => {
  test.each([
    [
      'a Microservice that is declared twice',
      [microservice('orders', '{}'), orders, microservice('orders', '{}')],
      'in.yaml:14: document 3, Microservice/orders: metadata.name: is declared twice in namespace shop: leave one',
    ],
    [
      'a second Microservice for a workload',
      [microservice('orders', '{}'), orders, microservice('other', '{workload: {name: orders}}')],
      'in.yaml:15: document 3, Microservice/other: spec.workload: Deployment orders belongs to Microservice orders already: delete one of the two, or change its workload',
    ],
    [
      'a workload that is not there',
      [microservice('orders', '{}')],
      'in.yaml:4: document 1, Microservice/orders: spec.workload: Deployment orders in namespace shop is not in the input',
    ],
    [
      'an unknown Broker',
      [microservice('orders', '{bindings: [{name: events, brokerName: main}]}'), orders],
      'in.yaml:4: document 1, Microservice/orders: spec.bindings[0].brokerName: there is no Broker main: name one that the platform team has set up',
    ],
    [
      'a port that is a text',
      [microservice('orders', '{ports: [{name: http, port: "8080"}]}'), orders],
      'in.yaml:4: document 1, Microservice/orders: spec.ports[0].port: must be of type integer',
    ],
    [
      'a version that there is not',
      ['apiVersion: standpipe.dev/v1\nkind: Microservice\nmetadata: {name: orders}'],
      'in.yaml:1: document 1, Microservice/orders: is not a kind of this version: use apiVersion standpipe.dev/v1alpha1 and kind Microservice, Broker or LogSink',
    ],
    [
      'a container without a name',
      [microservice('orders', '{}'), deployment('{spec: {containers: [{image: x}]}}')],
      'in.yaml:10: document 2, Deployment/orders: spec.template.spec.containers[0].name: is required',
    ],
    [
      'a number as an argument',
      [microservice('orders', '{}'), deployment('{spec: {containers: [{name: app, args: [8080]}]}}')],
      'in.yaml:10: document 2, Deployment/orders: spec.template.spec.containers[0].args[0]: must be of type string',
    ],
  ])('is refused with file, object and field: %s', (_, documents, fault) => {
    expect(injected(...documents)).toMatchObject({ faults: [fault], notes: [] });
  });

  test('leaves everything as it was', () => {
    const input = [microservice('orders', '{}'), orders, microservice('other', '{workload: {name: orders}}')];
    expect(injected(...input).output).toBe(input.join('\n---\n'));
  });
});

test('members of a template that are empty count as left out', () => {
  const container = '{name: app, image: x, ports: , env: , args: , command: , volumeMounts: , livenessProbe: }';
  const spec = `{containers: [${container}], initContainers: , volumes: , imagePullSecrets: , nodeSelector: }`;
  const template = `{metadata: {labels: , annotations: }, spec: ${spec}}`;
  const { faults, notes, output } = injected(
    microservice('orders', '{ports: [{name: http, port: 8080}]}'),
    deployment(template),
  );
  expect({ faults, notes }).toMatchObject({
    faults: [],
    notes: [expect.stringContaining('injected standpipe-metrics')],
  });
  expect(output).not.toMatch(/(volumes|initContainers): ?[,}\n]/);
});

test('a workload without a Microservice may be anything', () => {
  const odd =
    'apiVersion: example.com/v1\nkind: Odd\nmetadata: {name: odd}\nspec: {template: {spec: {containers: [5]}}}';
  const { faults, output } = injected(microservice('orders', '{}'), orders, odd);
  expect(faults).toEqual([]);
  expect(output.endsWith(odd)).toBe(true);
});
