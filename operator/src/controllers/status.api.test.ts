import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../../../test/e2e/kubectl.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { namespaces } from '../kube/builtin.ts';
import type { Created } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import { createNamespace, testClient } from '../kube/testing/apiServer.ts';
import type { KubeObject } from '../kube/wire.ts';
import { StatusWriter } from './status.ts';
import { microservices } from './types.ts';

let client: Client;
let namespace: string;
let writes = 0;

beforeAll(async () => {
  await kubectl(['apply', '-f', `${import.meta.dirname}/../../../crds`]);
  await kubectl(['wait', '--for=condition=Established', 'crd/microservices.standpipe.dev']);
  client = testClient({ observe: (method) => (writes += method === 'PATCH' ? 1 : 0) });
  namespace = await createNamespace(client, 'status');
});

afterAll(async () => {
  await client.delete(namespaces, { name: namespace });
  await client.close();
});

test('a status is written once, also while the cache does not have it yet', async () => {
  const metadata = { namespace, name: 'orders' };
  const declared = { metadata, spec: { workload: { kind: 'None' } } } as Created<Microservice & KubeObject>;
  const cached = await client.create(microservices, declared);
  const status = { observedGeneration: 1, revision: 'abc' };
  const statuses = new StatusWriter(client, microservices);
  const write = (object: Microservice & KubeObject, wanted: Microservice['status'] = status) =>
    statuses.write(object, wanted ?? {}, AbortSignal.timeout(10_000));
  expect(statuses.latest(cached)).toBe(cached);
  await write(cached);
  expect(statuses.latest(cached)).toEqual({ ...cached, status });
  await write(statuses.latest(cached));
  expect(writes).toBe(1);
  // Somebody else wrote after that: what is in the cache then is newer.
  await kubectl([...`-n ${namespace} annotate microservice orders`.split(' '), 'by=hand']);
  const caught = await client.get(microservices, { namespace, name: 'orders' });
  expect(statuses.latest(caught)).toBe(caught);
  await write(caught, { ...status, revision: 'def' });
  expect(writes).toBe(2);
  expect(statuses.latest(caught).status?.revision).toBe('def');
  statuses.forget(caught.metadata);
  expect(statuses.latest(caught)).toBe(caught);
});

test('a condition of another controller’s is left to it, and is no reason to write', async () => {
  const metadata = { namespace, name: 'payments' };
  const declared = { metadata, spec: { workload: { kind: 'None' } } } as Created<Microservice & KubeObject>;
  const created = await client.create(microservices, declared);
  const statuses = new StatusWriter(client, microservices);
  const condition = (type: string, reason: string) => ({
    type,
    status: 'True' as const,
    reason,
    message: '',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const status = { observedGeneration: 1, conditions: [condition('Ready', 'AsDeclared')] };
  await statuses.write(created, status, AbortSignal.timeout(10_000));
  const theirs = {
    apiVersion: 'standpipe.dev/v1alpha1',
    kind: 'Microservice',
    metadata,
    status: { conditions: [condition('Audited', 'Theirs')] },
  };
  const apply = `-n ${namespace} apply --server-side --subresource=status --field-manager=auditor -f -`.split(' ');
  await kubectl(apply, JSON.stringify(theirs));
  const both = await client.get(microservices, metadata);
  expect(both.status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'Audited']);
  const before = writes;
  await statuses.write(both, status, AbortSignal.timeout(10_000));
  expect(writes).toBe(before);
});
