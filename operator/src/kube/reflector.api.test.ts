import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { FaultProxy } from '../../../test/faults/faultProxy.ts';
import { type ConfigMap, configMaps, namespaces } from './builtin.ts';
import { Client } from './client.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import { Store } from './store.ts';
import { createNamespace, testClient, testConfig } from './testing/apiServer.ts';
import { defineType, removeType } from './testing/customType.ts';
import { ManualClock } from './testing/manualClock.ts';
import type { KubeObject } from './wire.ts';

let direct: Client;
let proxy: FaultProxy;
let proxied: Client;
let namespace: string;
let stop: AbortController;
const runs: Promise<void>[] = [];

beforeAll(async () => {
  direct = testClient();
  proxy = await FaultProxy.start(testConfig());
  proxied = new Client(proxy.config());
});

beforeEach(async () => {
  namespace = await createNamespace(direct, 'reflector');
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await Promise.all(runs.splice(0));
  proxy.faults.answer = undefined;
  proxy.faults.rewrite = undefined;
  proxy.thaw();
  await direct.delete(namespaces, { name: namespace });
});

afterAll(async () => {
  await proxied.close();
  await proxy.stop();
  await direct.close();
});

/** A running reflector behind the proxy, with what it reported. */
function reflect<T extends KubeObject>(options: Pick<ReflectorOptions<T>, 'type'> & Partial<ReflectorOptions<T>>) {
  const store = new Store<T>();
  const restarts: string[] = [];
  const repairs: number[] = [];
  const hooks = {
    restarted: (_: unknown, reason: string) => restarts.push(reason),
    repaired: (_: unknown, changes: number) => repairs.push(changes),
  };
  const reflector = new Reflector<T>({ client: proxied, namespace, store, hooks, ...options });
  runs.push(reflector.run(stop.signal));
  return { store, restarts, repairs, reflector };
}

function put(name: string, value: string): Promise<ConfigMap> {
  const object = { metadata: { namespace, name, labels: { test: 'reflector' } }, data: { value } };
  return direct.apply(configMaps, object, { fieldManager: 'test' });
}

const selected = { type: configMaps, labelSelector: 'test=reflector' };

const waiting = { timeout: 8000, interval: 20 };

/** What the store holds, as name=value. */
function held(store: Store<ConfigMap>): string[] {
  return store
    .list()
    .map((object) => `${object.metadata.name}=${object.data?.value}`)
    .sort();
}

async function holds(store: Store<ConfigMap>, ...expected: string[]): Promise<void> {
  await vi.waitFor(() => expect(held(store)).toEqual(expected), waiting);
}

/** Waits until the watch is open at the proxy, so that a fault hits it. */
async function watching(count = 1): Promise<void> {
  const open = (): number =>
    proxy.requests.filter((url) => url.includes(namespace) && url.includes('watch=true')).length;
  await vi.waitFor(() => expect(open()).toBeGreaterThanOrEqual(count), waiting);
}

test('the store follows what is created, changed and deleted', async () => {
  await put('a', '1');
  const { store } = reflect(selected);
  await store.synced;
  expect(held(store)).toEqual(['a=1']);
  await put('b', '1');
  await put('a', '2');
  await holds(store, 'a=2', 'b=1');
  await direct.delete(configMaps, { namespace, name: 'b' });
  await holds(store, 'a=2');
});

test('objects from a list and from a watch look alike, without managed fields', async () => {
  await put('listed', '1');
  const { store } = reflect(selected);
  await store.synced;
  await put('watched', '1');
  await vi.waitFor(() => expect(store.size).toBe(2), waiting);
  const shapes = store.list().map((object) => [Object.keys(object).sort(), Object.keys(object.metadata).sort()]);
  expect(shapes[0]).toEqual(shapes[1]);
  expect(store.list()[0]?.metadata.managedFields).toBeUndefined();
});

test('a big list arrives in pages', async () => {
  for (let index = 0; index < 5; index++) await put(`map-${index}`, '1');
  const { store } = reflect({ ...selected, pageSize: 2 });
  await store.synced;
  expect(store.size).toBe(5);
  expect(proxy.requests.filter((url) => url.includes(namespace) && url.includes('continue='))).toHaveLength(2);
});

test('a broken connection is opened again and nothing is missed or listed twice', async () => {
  const { store, restarts, repairs } = reflect(selected);
  await store.synced;
  await watching();
  await put('a', '1');
  await holds(store, 'a=1');
  proxy.cut();
  await put('a', '2');
  await put('b', '1');
  await holds(store, 'a=2', 'b=1');
  expect(restarts).toEqual(['network']);
  expect(repairs).toEqual([]);
});

test('a watch that the server ends is opened again', async () => {
  proxy.faults.rewrite = (url) => {
    if (url.searchParams.has('timeoutSeconds')) url.searchParams.set('timeoutSeconds', '1');
  };
  const { store, restarts } = reflect(selected);
  await store.synced;
  await vi.waitFor(() => expect(restarts.length).toBeGreaterThanOrEqual(2), waiting);
  await put('a', '1');
  await holds(store, 'a=1');
  expect(new Set(restarts)).toEqual(new Set(['early_close']));
});

test('after a version that is too old everything is listed again, and what was missed is counted', async () => {
  const type = await defineType(direct, 'reflectorsamples');
  const metadata = (name: string) => ({ namespace, name });
  await direct.create(type, { metadata: metadata('before') });
  const { store, restarts, repairs } = reflect({ type });
  await store.synced;
  await watching();
  // The changes happen while the proxy turns watches away; the one after that asks for a version long gone.
  let refused = 0;
  proxy.faults.answer = (request, response) => {
    if (!request.url?.includes('watch=true') || refused++ > 0) return false;
    return Boolean(response.writeHead(503).end());
  };
  proxy.faults.rewrite = (url) => {
    if (url.searchParams.get('watch') !== 'true') return;
    url.searchParams.set('resourceVersion', '1');
    proxy.faults.rewrite = undefined;
  };
  proxy.cut();
  await direct.delete(type, metadata('before'));
  await direct.create(type, { metadata: metadata('after') });
  await vi.waitFor(() => expect(store.list().map((each) => each.metadata.name)).toEqual(['after']), waiting);
  expect(restarts).toEqual(['network', 'api_error', 'expired']);
  expect(repairs).toEqual([2]);
  await removeType(direct, type);
});

test('a list that fails at first is tried until it works', async () => {
  let refused = 0;
  proxy.faults.answer = (_, response) => refused++ < 3 && Boolean(response.writeHead(503).end());
  await put('a', '1');
  const { store, restarts } = reflect(selected);
  await holds(store, 'a=1');
  expect(restarts).toEqual(['api_error', 'api_error', 'api_error']);
});

test('a list whose second page fails is begun anew and leaves no half-filled store', async () => {
  for (let index = 0; index < 5; index++) await put(`map-${index}`, '1');
  let refused = 0;
  proxy.faults.answer = (request, response) =>
    Boolean(request.url?.includes('continue=')) && refused++ < 1 && Boolean(response.writeHead(410).end());
  const { store, restarts } = reflect({ ...selected, pageSize: 2 });
  await store.synced;
  expect(store.size).toBe(5);
  expect(restarts).toEqual(['expired']);
});

test('Retry-After is waited for', async () => {
  let refused = 0;
  proxy.faults.answer = (_, response) => {
    if (refused++ > 0) return false;
    return Boolean(response.writeHead(429, { 'retry-after': '60' }).end());
  };
  const clock = new ManualClock();
  const { store, restarts } = reflect({ ...selected, clock });
  await vi.waitFor(() => expect(restarts).toEqual(['api_error']), waiting);
  await clock.advance(59_000);
  expect(store.isSynced).toBe(false);
  await clock.advance(1000);
  await store.synced;
});

test('a stream that carries something else than events is left, and everything is listed again', async () => {
  let spoiled = 0;
  proxy.faults.answer = (request, response) => {
    if (!request.url?.includes('watch=true') || spoiled++ > 0) return false;
    return Boolean(response.end('{"type":"ADDED","object":{"kind":"Conf'));
  };
  const { store, restarts } = reflect(selected);
  await watching(2);
  await put('a', '1');
  await holds(store, 'a=1');
  expect(restarts).toEqual(['protocol']);
});

test('a stream that has gone silent is left soon after servers would have ended it', async () => {
  const clock = new ManualClock();
  const { store, restarts, reflector } = reflect({ ...selected, clock });
  await store.synced;
  await watching();
  proxy.freeze();
  await put('a', '1');
  await clock.advance(37_999);
  expect(restarts).toEqual([]);
  expect(reflector.silenceMs).toBe(37_999);
  proxy.thaw();
  await clock.advance(1);
  await vi.waitFor(() => expect(restarts).toEqual(['stalled']), waiting);
  await clock.advance(1000);
  await holds(store, 'a=1');
});

test('a name that was given to another object meanwhile is told as an end and a beginning', async () => {
  await put('a', '1');
  const { store } = reflect(selected);
  await store.synced;
  await watching();
  const changes: string[] = [];
  store.onChange((before, after) => changes.push(`${before?.data?.value ?? '-'} -> ${after?.data?.value ?? '-'}`));
  let refused = 0;
  proxy.faults.answer = (_, response) => refused++ < 2 && Boolean(response.writeHead(410).end());
  proxy.cut();
  await direct.delete(configMaps, { namespace, name: 'a' });
  await put('a', '2');
  await holds(store, 'a=2');
  expect(changes).toEqual(['- -> 1', '1 -> -', '- -> 2']);
});

test('an event that got lost on its way is told by the next watch, and counted', async () => {
  const { store, restarts, repairs } = reflect(selected);
  await store.synced;
  await watching();
  proxy.load({ faults: [{ on: { verb: 'watch', namespace }, do: 'drop' }] });
  proxy.cut();
  await watching(2);
  await put('lost', '1');
  await put('seen', '1');
  await holds(store, 'seen=1');
  proxy.cut();
  await holds(store, 'lost=1', 'seen=1');
  expect(restarts).toEqual(['network', 'network']);
  expect(repairs).toEqual([1]);
});

test('a list that is older than what is known takes nothing back', async () => {
  await put('a', '1');
  const { store, restarts } = reflect(selected);
  await store.synced;
  await watching();
  await put('b', '1');
  await holds(store, 'a=1', 'b=1');
  const changes: string[] = [];
  store.onChange((before, after) => changes.push(`${(before ?? after)?.metadata.name}`));
  proxy.load({
    faults: [
      { on: { verb: 'watch', namespace }, do: 'answer', status: 410 },
      { on: { verb: 'list', namespace }, times: 2, do: 'replay' },
    ],
  });
  proxy.cut();
  await vi.waitFor(() => expect(restarts).toEqual(['network', 'expired', 'stale', 'stale']), waiting);
  await put('c', '1');
  await holds(store, 'a=1', 'b=1', 'c=1');
  expect(changes).toEqual(['a', 'b', 'c']);
});

test('a reflector that was stopped asks for nothing more', async () => {
  const { store, reflector } = reflect(selected);
  await store.synced;
  await watching();
  const first = reflector.run(stop.signal);
  stop.abort();
  await first;
  const asked = proxy.requests.length;
  await put('a', '1');
  expect(held(store)).toEqual([]);
  expect(proxy.requests.length).toBe(asked);
});
