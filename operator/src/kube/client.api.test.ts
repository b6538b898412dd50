import { afterAll, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from '../../../test/faults/faultProxy.ts';
import { type ConfigMap, configMaps, deployments, namespaces, pods } from './builtin.ts';
import { Client } from './client.ts';
import { ApiError, TransportError } from './errors.ts';
import { createNamespace, testClient, testConfig } from './testing/apiServer.ts';
import { defineType, removeType } from './testing/customType.ts';

let client: Client;
let namespace: string;
let proxy: FaultProxy;

beforeAll(async () => {
  client = testClient();
  namespace = await createNamespace(client, 'client');
  proxy = await FaultProxy.start(testConfig());
});

afterAll(async () => {
  await client.delete(namespaces, { name: namespace });
  await client.close();
  await proxy.stop();
});

/** What a call throws. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const manager = { fieldManager: 'test' };

const container = { name: 'app', image: 'example.com/app' };

function createMap(name: string, data: Readonly<Record<string, string>> = {}): Promise<ConfigMap> {
  return client.create(configMaps, { metadata: { namespace, name }, data });
}

test('an object is created, read and deleted', async () => {
  const created = await createMap('round-trip', { key: 'välue \u2028' });
  const read = await client.get(configMaps, { namespace, name: 'round-trip' });
  expect(read).toEqual(created);
  expect(read.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
  await client.delete(configMaps, { namespace, name: 'round-trip' });
  expect(await client.find(configMaps, { namespace, name: 'round-trip' })).toBeUndefined();
});

test('an object exists or does not', async () => {
  await createMap('there');
  expect(await client.exists(configMaps, { namespace, name: 'there' })).toBe(true);
  expect(await client.exists(configMaps, { namespace, name: 'not-there' })).toBe(false);
});

test('errors are told apart by their code', async () => {
  await createMap('twice');
  expect(await failure(createMap('twice'))).toMatchObject({ code: 'KUBE_ALREADY_EXISTS', status: 409 });
  expect(await failure(client.get(configMaps, { namespace, name: 'none' }))).toMatchObject({ code: 'KUBE_NOT_FOUND' });
  expect(await failure(createMap('Not A Name'))).toMatchObject({ code: 'KUBE_INVALID', reason: 'Invalid' });
});

test('a list is read in pages that show one moment, and its items say what they are', async () => {
  for (let index = 0; index < 7; index++) {
    const metadata = { namespace, name: `page-${index}`, labels: { test: 'pages' } };
    await client.create(configMaps, { metadata });
  }
  const versions = new Set<string>();
  const sizes: number[] = [];
  for await (const page of client.pages(configMaps, { namespace, labelSelector: 'test=pages', limit: 3 })) {
    sizes.push(page.items.length);
    versions.add(page.resourceVersion);
  }
  expect(sizes).toEqual([3, 3, 1]);
  expect(versions.size).toBe(1);
  const { items } = await client.list(configMaps, { namespace, labelSelector: 'test=pages', limit: 2 });
  expect(items.map((item) => `${item.apiVersion} ${item.kind} ${item.metadata.name}`)).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((index) => `v1 ConfigMap page-${index}`),
  );
});

test('an apply creates, changes and gives up fields', async () => {
  const metadata = { namespace, name: 'applied' };
  await client.apply(configMaps, { metadata, data: { a: '1', b: '2' } }, manager);
  const applied = await client.apply(configMaps, { metadata, data: { a: '3' } }, manager);
  expect(applied.data).toEqual({ a: '3' });
});

test("an apply does not take over another manager's field unless forced", async () => {
  const metadata = { namespace, name: 'contested' };
  await client.apply(configMaps, { metadata, data: { a: '1' } }, { fieldManager: 'first' });
  const second = { metadata, data: { a: '2' } };
  expect(await failure(client.apply(configMaps, second, manager))).toMatchObject({ code: 'KUBE_CONFLICT' });
  expect((await client.apply(configMaps, second, { ...manager, force: true })).data).toEqual({ a: '2' });
});

test('an apply with the uid of an object that is gone neither changes nor creates anything', async () => {
  const metadata = { namespace, name: 'reborn' };
  const first = await createMap('reborn');
  const stale = { metadata: { ...metadata, uid: first.metadata.uid }, data: { a: '1' } };
  expect((await client.apply(configMaps, stale, manager)).data).toEqual({ a: '1' });
  await client.delete(configMaps, metadata);
  expect(await failure(client.apply(configMaps, stale, manager))).toMatchObject({ code: 'KUBE_CONFLICT' });
  expect(await client.find(configMaps, metadata)).toBeUndefined();
  await createMap('reborn');
  expect(await failure(client.apply(configMaps, stale, manager))).toMatchObject({ code: 'KUBE_CONFLICT' });
});

test('an apply with an old resource version is refused', async () => {
  const { metadata } = await createMap('moved-on');
  await client.apply(configMaps, { metadata: { namespace, name: 'moved-on' }, data: { a: '1' } }, manager);
  const { name, resourceVersion } = metadata;
  const late = { metadata: { namespace, name, resourceVersion }, data: { a: '2' } };
  expect(await failure(client.apply(configMaps, late, manager))).toMatchObject({ code: 'KUBE_CONFLICT' });
});

test('a dry run answers as if it were done, and does nothing', async () => {
  const metadata = { namespace, name: 'dry' };
  const answer = await client.apply(configMaps, { metadata, data: { a: '1' } }, { ...manager, dryRun: true });
  expect(answer.data).toEqual({ a: '1' });
  expect(await client.find(configMaps, metadata)).toBeUndefined();
});

test('a status is applied on its own', async () => {
  const metadata = { namespace, name: 'with-status' };
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } };
  const spec = { replicas: 0, selector: { matchLabels: { app: 'x' } }, template };
  await client.create(deployments, { metadata, spec });
  const conditions = [{ type: 'Tested', status: 'True', reason: 'Yes', message: '' }];
  const applied = await client.applyStatus(
    deployments,
    { metadata, spec: { replicas: 5 }, status: { conditions } },
    manager,
  );
  expect(applied.status?.conditions?.map((condition) => condition.type)).toContain('Tested');
  expect(applied.spec?.replicas).toBe(0);
});

test('a delete with another uid or an old resource version is refused', async () => {
  const { metadata } = await createMap('kept');
  const key = { namespace, name: 'kept' };
  const uid = '00000000-0000-0000-0000-000000000000';
  expect(await failure(client.delete(configMaps, key, { uid }))).toMatchObject({ code: 'KUBE_CONFLICT' });
  expect(await failure(client.delete(configMaps, key, { resourceVersion: '1' }))).toMatchObject({
    code: 'KUBE_CONFLICT',
  });
  const { uid: right, resourceVersion } = metadata;
  await client.delete(configMaps, key, { uid: right, resourceVersion });
});

test('a pod is evicted, and only the one that was meant', async () => {
  const key = { namespace, name: 'evicted' };
  const pod = await client.create(pods, { metadata: key, spec: { containers: [container] } });
  const other = { uid: '00000000-0000-0000-0000-000000000000' };
  expect(await failure(client.evict(key, other))).toMatchObject({ code: 'KUBE_CONFLICT' });
  await client.evict(key, { uid: pod.metadata.uid, gracePeriodSeconds: 0 });
  expect(await client.find(pods, key)).toBeUndefined();
});

test('a watch from a version that is too old answers KUBE_GONE or an ERROR event', async () => {
  const type = await defineType(client, 'clientsamples');
  const error = await failure(
    (async () => {
      for await (const event of client.watch(type, { resourceVersion: '1' })) {
        if (event.type === 'ERROR') throw ApiError.fromStatus(event.object, 'watch');
        throw new Error(`An event came: ${event.type}`);
      }
    })(),
  );
  expect(error).toMatchObject({ code: 'KUBE_GONE' });
  await removeType(client, type);
});

test('a watch tells what happens, raw, and ends when the server says so', async () => {
  const { resourceVersion } = await client.list(configMaps, { namespace });
  await createMap('watched');
  const seen: string[] = [];
  const options = { namespace, resourceVersion, timeoutSeconds: 1, fieldSelector: 'metadata.name=watched' };
  for await (const event of client.watch(configMaps, options)) {
    if (event.type === 'ADDED') seen.push(`${event.object.kind} ${event.object.metadata.name}`);
  }
  expect(seen).toEqual(['ConfigMap watched']);
});

test('a watch that is left does not keep its connection', async () => {
  const own = new Client(proxy.config());
  await createMap('left');
  for await (const _ of own.watch(configMaps, { namespace })) break;
  await own.close();
});

test('three hundred calls in a row share a connection', async () => {
  const own = new Client(proxy.config());
  const before = proxy.connections;
  for (let call = 0; call < 300; call++) await own.find(configMaps, { namespace, name: 'none' });
  expect(proxy.connections - before).toBeLessThanOrEqual(2);
  await own.close();
});

test('a user without the right is told so', async () => {
  const config = testConfig();
  const user = { ...config.getCurrentUser(), name: 'nobody', impersonateUser: 'nobody' };
  const cluster = config.getCurrentCluster() ?? { name: '', server: '', skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, user);
  const own = new Client(config);
  expect(await failure(own.get(configMaps, { namespace, name: 'any' }))).toMatchObject({ code: 'KUBE_FORBIDDEN' });
  await own.close();
});

test('Retry-After is read from the answer', async () => {
  proxy.faults.answer = (_, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end('busy\n');
    return true;
  };
  const own = new Client(proxy.config());
  const error = await failure(own.list(configMaps, { namespace }));
  proxy.faults.answer = undefined;
  expect(error).toMatchObject({ code: 'KUBE_TOO_MANY_REQUESTS', retryAfter: 7 });
  expect((error as Error).message).toContain('busy');
  await own.close();
});

test('an answer that is no JSON, and a broken connection, are transport errors', async () => {
  const own = new Client(proxy.config());
  proxy.faults.answer = (_, response) => Boolean(response.end('<html>'));
  expect(await failure(own.list(configMaps, { namespace }))).toMatchObject({
    name: 'TransportError',
    code: 'PROTOCOL',
  });
  proxy.faults.answer = (_, response) => Boolean(response.destroy());
  expect(await failure(own.list(configMaps, { namespace }))).toMatchObject({ name: 'TransportError', code: 'NETWORK' });
  proxy.faults.answer = undefined;
  await own.close();
});

test('a server that never answers is given up, and a caller can give up before', async () => {
  const own = new Client(proxy.config(), { deadlineMs: 300 });
  proxy.faults.answer = () => true;
  const reason = new Error('the caller has enough');
  const stop = new AbortController();
  const calls = [failure(own.list(configMaps)), failure(own.list(configMaps, { signal: stop.signal }))];
  stop.abort(reason);
  const [deadline, aborted] = await Promise.all(calls);
  proxy.faults.answer = undefined;
  expect(deadline).toBeInstanceOf(TransportError);
  expect(deadline).toMatchObject({ code: 'DEADLINE' });
  expect(aborted).toBe(reason);
  await own.close();
});

test('a page that is late is asked for again, with more time, and the list goes on where it was', async () => {
  const own = new Client(proxy.config(), { deadlineMs: 500 });
  const names = ['late-1', 'late-2', 'late-3'];
  for (const name of names) await client.create(configMaps, { metadata: { namespace, name, labels: { late: 'yes' } } });
  const asked: string[] = [];
  proxy.faults.answer = ({ url = '' }) => {
    asked.push(new URL(url, 'http://x').searchParams.get('continue') ?? '');
    return asked.length === 2;
  };
  const { items } = await own.list(configMaps, { namespace, labelSelector: 'late=yes', limit: 1 });
  proxy.faults.answer = undefined;
  expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
  expect(asked[2]).toBe(asked[1]);
  expect(new Set(asked).size).toBe(asked.length - 1);
  await own.close();
});

test('a wrong token is refused', async () => {
  const config = testConfig();
  const cluster = config.getCurrentCluster() ?? { name: '', server: '', skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, { name: 'x', token: 'wrong' });
  const own = new Client(config);
  expect(await failure(own.list(configMaps, { namespace }))).toMatchObject({ code: 'KUBE_UNAUTHORIZED' });
  await own.close();
});
