import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../../../test/e2e/kubectl.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { type ConfigMap, configMaps, namespaces } from '../kube/builtin.ts';
import type { Created } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import { createNamespace, testClient } from '../kube/testing/apiServer.ts';
import type { KubeObject } from '../kube/wire.ts';
import { OwnedObjects } from './owned.ts';
import { microservices } from './types.ts';

let client: Client;
let namespace: string;
let calls = 0;

beforeAll(async () => {
  await kubectl(['apply', '-f', `${import.meta.dirname}/../../../crds`]);
  await kubectl(['wait', '--for=condition=Established', 'crd/microservices.standpipe.dev']);
  client = testClient({ observe: () => (calls += 1) });
  namespace = await createNamespace(client, 'owned');
});

afterAll(async () => {
  await client.delete(namespaces, { name: namespace });
  await client.close();
});

const name = 'standpipe.orders';
const [first, second] = [{ data: { a: '1' } }, { data: { a: '2' } }];

test('an object that is followed and right is not read, and one that is behind what was written is not believed', async () => {
  const metadata = { namespace, name: 'orders' };
  const declared = { metadata, spec: { workload: { kind: 'None' } } } as Created<Microservice & KubeObject>;
  const owner = await client.create(microservices, declared);
  const signal = (): AbortSignal => AbortSignal.timeout(10_000);
  const read = (): Promise<ConfigMap> => client.get(configMaps, { namespace, name });
  await new OwnedObjects(client).ensure(configMaps, owner, name, first, signal());
  const cached = await read();

  const owned = new OwnedObjects(client);
  calls = 0;
  owned.trust(configMaps, owner, cached, first);
  await owned.ensure(configMaps, owner, name, first, signal());
  expect(calls).toBe(0);

  await owned.ensure(configMaps, owner, name, second, signal());
  // The cache still has what was there before, which is what is wanted again.
  owned.trust(configMaps, owner, cached, first);
  await owned.ensure(configMaps, owner, name, first, signal());
  expect((await read()).data).toEqual(first.data);
});

test('an object of somebody else is not believed', async () => {
  const metadata = { namespace, name: 'bills' };
  const declared = { metadata, spec: { workload: { kind: 'None' } } } as Created<Microservice & KubeObject>;
  const owner = await client.create(microservices, declared);
  const theirs = await client.create(configMaps, { metadata: { namespace, name: 'standpipe.bills' }, ...first });
  const owned = new OwnedObjects(client);
  owned.trust(configMaps, owner, theirs, first);
  const ensured = owned.ensure(configMaps, owner, 'standpipe.bills', first, AbortSignal.timeout(10_000));
  await expect(ensured).rejects.toThrow('belongs to somebody else');
});
