import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../../../test/e2e/kubectl.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { fieldManager, microserviceLabel, ownerLabel, revisionAnnotation } from '../api/names.ts';
import { type ControllerRevision, controllerRevisions, namespaces, pods } from '../kube/builtin.ts';
import type { Applied, Created } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import { Store } from '../kube/store.ts';
import { createNamespace, testClient } from '../kube/testing/apiServer.ts';
import type { KubeObject } from '../kube/wire.ts';
import { revisionOf } from '../plan/revision.ts';
import { plan } from '../plan/testing/builders.ts';
import { ownedMeta } from './owned.ts';
import { StoredPlans } from './storedPlans.ts';
import { microservices } from './types.ts';

let client: Client;
let namespace: string;

beforeAll(async () => {
  await kubectl(['apply', '-f', `${import.meta.dirname}/../../../crds`]);
  await kubectl(['wait', '--for=condition=Established', 'crd/microservices.standpipe.dev']);
  client = testClient();
  namespace = await createNamespace(client, 'plans');
});

afterAll(async () => {
  await client.delete(namespaces, { name: namespace });
  await client.close();
});

const planOf = (n: number) => plan({ containers: [`app-${n}`] });
const nameOf = (n: number) => `standpipe.orders.${revisionOf(planOf(n))}`;

/** Without the label that stored Plans are told by: a cluster may have the policy that only the controller writes those. */
async function store(owner: Microservice, n: number): Promise<ControllerRevision> {
  const metadata = { ...ownedMeta(owner, nameOf(n)), labels: { [ownerLabel]: owner.metadata.name } };
  const object = { metadata, data: planOf(n), revision: n };
  return client.apply(controllerRevisions, object as unknown as Applied<ControllerRevision>, { fieldManager });
}

test('of Plans that nothing uses ten are kept, and none is deleted that a pod asks for or that is the newest again', async () => {
  const metadata = { namespace, name: 'orders' };
  const declared = { metadata, spec: { workload: { kind: 'None' } } } as Created<Microservice & KubeObject>;
  const owner = await client.create(microservices, declared);
  const cached: ControllerRevision[] = [];
  for (let n = 1; n <= 14; n++) cached.push(await store(owner, n));
  // The caches do not have these two yet: a pod of a workload that was rolled back, and a Plan that came to be used again.
  const labels = { [microserviceLabel]: 'orders' };
  const asking = { namespace, name: 'old', labels, annotations: { [revisionAnnotation]: revisionOf(planOf(1)) } };
  const spec = { containers: [{ name: 'app', image: 'example.org/app:1' }] };
  await client.create(pods, { metadata: asking, spec });
  const again = { metadata: { namespace, name: nameOf(2) }, data: planOf(2), revision: 15 };
  await client.apply(controllerRevisions, again, { fieldManager: 'test', force: true });

  const known = new Store<ControllerRevision>({
    indexers: { owner: ({ metadata: { labels: own } }) => [`${namespace}/${own?.[ownerLabel]}`] },
  });
  known.replace(cached);
  const plans = new StoredPlans(client, known);
  await plans.prune(owner, new Set([revisionOf(planOf(14))]), AbortSignal.timeout(10_000));
  const { items } = await client.list(controllerRevisions, { namespace, labelSelector: `${ownerLabel}=orders` });
  const left = items.map(({ metadata: { name } }) => name);
  expect([1, 2, 3, 4, 13].map((n) => left.includes(nameOf(n)))).toEqual([true, true, false, true, true]);
  // What is gone already is no failure.
  await plans.prune(owner, new Set([revisionOf(planOf(14))]), AbortSignal.timeout(10_000));
});
