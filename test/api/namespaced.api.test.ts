import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import { apply, dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { OperatorProcesses } from '../support/operator.ts';
import { read, readAll, untilCondition } from './cluster.ts';
import { platform } from './platform.ts';
import { microservice, workload } from './workloads.ts';

/** The overlay for some namespaces: rights and caches end at their borders. */

const operator = new OperatorProcesses();
const overlay = join(import.meta.dirname, '../../deploy/overlays/namespaced');
const everywhere = ['clusterrolebinding/standpipe-controller-namespaces', 'clusterrolebinding/standpipe-webhook'];
let inside = '';
let outside = '';

/** What the overlay installs, without the workloads and the webhook configuration, for the test's own namespace. */
async function rights(): Promise<string> {
  const text = await kubectl(['kustomize', overlay]);
  const kinds = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as { kind: string; metadata: { namespace?: string } })
    .filter(({ kind }) => kinds.has(kind))
    .map((object) =>
      object.metadata.namespace === 'shop'
        ? { ...object, metadata: { ...object.metadata, namespace: inside } }
        : object,
    );
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

beforeAll(async () => {
  inside = await newNamespace('inside', { team: 'shop' });
  outside = await newNamespace('outside', { team: 'shop' });
  await operator.install('image: example.org/sidecar:1\n');
  await kubectl(['delete', ...everywhere]);
  await kubectl(['apply', '-f', '-'], await rights());
  await kubectl(['apply', '-f', '-'], platform);
  operator.options = [`--namespaces=${inside}`];
  await operator.run('controller');
  await operator.run('webhook');
});
afterAll(async () => {
  await operator.stop();
  await kubectl(['delete', '-f', '-', '--ignore-not-found'], await rights());
  await dropNamespace(inside);
  await dropNamespace(outside);
});

test('a service in a named namespace gets everything', async () => {
  const bindings = [{ name: 'e', brokerName: 'main' }];
  await apply(inside, workload('Deployment', 'app'), microservice('app', { bindings }));
  await untilCondition(inside, 'app', 'BindingsReady', 'BindingsReady');
  await eventually(async () => {
    const pods = await readAll<PodTemplate>(inside, 'pod', '-l', 'standpipe.dev/microservice=app');
    expect(pods.map(({ spec }) => spec.initContainers?.[0]?.name)).toEqual(['standpipe-metrics']);
  });
});

test('a service elsewhere gets nothing, and nobody complains', async () => {
  await apply(outside, workload('Deployment', 'app'), microservice('app'));
  await apply(inside, workload('Deployment', 'later'), microservice('later'));
  await untilCondition(inside, 'later', 'BindingsReady', 'NoBindings');
  expect(await read(outside, 'microservice', 'app')).toHaveProperty('status', { observedGeneration: -1 });
  for (const component of ['controller', 'webhook'] as const)
    expect(operator.logs(component)).not.toContain('forbidden');
});

test('the operator may not read or write elsewhere', async () => {
  const may = async (verb: string, resource: string, namespace: string) => {
    const user = '--as=system:serviceaccount:standpipe-system:standpipe-controller';
    return (await kubectl(['auth', 'can-i', verb, resource, '-n', namespace, user]).catch(() => 'no')).trim();
  };
  expect(await may('get', 'secrets', inside)).toBe('yes');
  for (const resource of ['secrets', 'deployments', 'configmaps', 'pods', 'microservices']) {
    expect([resource, await may('get', resource, outside)]).toEqual([resource, 'no']);
    expect([resource, await may('patch', resource, outside)]).toEqual([resource, 'no']);
  }
  expect(await may('delete', 'secrets', 'standpipe-system')).toBe('no');
});
