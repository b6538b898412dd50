/** What people and the controller do with the definitions in a cluster, beyond creating objects. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokers, logSinks, microservices } from '../controllers/types.ts';
import { createNamespace, testClient } from '../kube/testing/apiServer.ts';
import { crdFiles, readCrds } from './crds.ts';
import type { BrokerStatus } from './generated/broker.ts';
import type { MicroserviceStatus } from './generated/microservice.ts';
import { kinds } from './meta.ts';
import { installCrds } from './testing/server.ts';

const crds = readCrds();
const client = testClient();
const fieldManager = 'test';
let namespace = '';
let clusterName = '';

beforeAll(async () => {
  await installCrds(kinds.map((kind) => crds[kind]));
  namespace = await createNamespace(client, 'kubectl');
  clusterName = namespace;
  const principals = { mode: 'none' } as const;
  const kafka = { bootstrap: ['b:9092'], security: 'plaintext', mechanisms: ['plain'] } as const;
  await client.apply(microservices, { metadata: { name: 'orders', namespace } }, { fieldManager });
  await client.apply(brokers, { metadata: { name: clusterName }, spec: { kafka, principals } }, { fieldManager });
  const spec = { type: 'http', http: { host: 'logs' } } as const;
  await client.apply(logSinks, { metadata: { name: clusterName }, spec }, { fieldManager });
});

afterAll(async () => {
  await client.delete(brokers, { name: clusterName });
  await client.delete(logSinks, { name: clusterName });
  await client.close();
});

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('kubectl', ['--namespace', namespace, ...args]);
  return stdout;
}

const conditions = [
  {
    type: 'Ready',
    status: 'True',
    observedGeneration: 1,
    lastTransitionTime: '2030-01-01T00:00:00Z',
    reason: 'Injected',
    message: 'All pods carry the sidecars.',
  },
] as const;

const status: Required<MicroserviceStatus> = {
  observedGeneration: 1,
  conditions,
  workload: { kind: 'Deployment', name: 'orders', uid: '0f5c7d1e-0000-4000-8000-000000000000' },
  revision: '0123456789',
  pods: {
    desired: 3,
    injected: 2,
    stale: 1,
    missing: 1,
    skipped: { count: 1, examples: [{ name: 'orders-1', reason: 'HostNetwork' }] },
  },
  bindings: [{ name: 'events', secretName: 'standpipe.orders.events', generation: 2, podsOnPrevious: 1 }],
  overhead: { perPod: { cpu: '40m', memory: '128Mi' } },
  drains: { pods: 4, unobserved: 1, linesLeft: 0 },
};

test('what nobody has looked at yet says so, to tools that wait for it', async () => {
  const unseen = { observedGeneration: -1 };
  expect((await client.get(microservices, { name: 'orders', namespace })).status).toEqual(unseen);
  expect((await client.get(brokers, { name: clusterName })).status).toEqual(unseen);
  expect((await client.get(logSinks, { name: clusterName })).status).toEqual(unseen);
  const waiting = kubectl('wait', '--for=condition=Ready', 'microservice/orders', '--timeout=1s');
  await expect(waiting).rejects.toThrow('timed out waiting');
});

test('the status of a Microservice is kept whole, and its spec is not touched by it', async () => {
  const options = { fieldManager, force: true };
  await client.applyStatus(microservices, { metadata: { name: 'orders', namespace }, status }, options);
  const found = await client.get(microservices, { name: 'orders', namespace });
  expect(found.status).toEqual(status);
  expect(found.metadata.generation).toBe(1);
});

test('the status of Brokers and LogSinks is kept whole', async () => {
  const users = { count: 1, examples: [{ namespace, name: 'orders' }] };
  const shared: Required<BrokerStatus> = { observedGeneration: 1, conditions, users };
  const applied = { metadata: { name: clusterName }, status: shared };
  await client.applyStatus(brokers, applied, { fieldManager, force: true });
  await client.applyStatus(logSinks, applied, { fieldManager, force: true });
  expect((await client.get(brokers, { name: clusterName })).status).toEqual(shared);
  expect((await client.get(logSinks, { name: clusterName })).status).toEqual(shared);
});

test('a status with more than 20 examples is refused', async () => {
  const examples = Array.from({ length: 21 }, (_, i) => ({ name: `orders-${i}`, reason: 'HostNetwork' }));
  const pods = { skipped: { count: 21, examples } };
  const refused = client.applyStatus(
    microservices,
    { metadata: { name: 'orders', namespace }, status: { pods } },
    { fieldManager, dryRun: true },
  );
  await expect(refused).rejects.toThrow('must have at most 20 items');
});

test('the short names and categories show what matters in columns', async () => {
  expect((await kubectl('get', 'msvc')).split(/\s+/)).toEqual(
    expect.arrayContaining(['INJECTED', 'orders', 'Injected']),
  );
  expect(await kubectl('get', 'spbroker', clusterName)).toMatch(/READY +PRINCIPALS +USERS +REASON +AGE/);
  expect(await kubectl('get', 'lsink', clusterName)).toMatch(/READY +TYPE +DEFAULT +USERS +REASON +AGE/);
  expect(await kubectl('get', 'standpipe')).toContain('microservice.standpipe.dev/orders');
});

test('kubectl explain says what a field is, with an example', async () => {
  expect(await kubectl('explain', 'microservice.spec.ports.env')).toMatch(/reads this port(.|\n)*Example: PORT/);
});

test('the definitions fit into the annotation of a client-side apply', async () => {
  const files = crdFiles().flatMap((file) => ['-f', file]);
  await expect(kubectl('apply', '--dry-run=server', ...files)).resolves.toContain('microservices');
});
