import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { configMaps } from './builtin.ts';
import { defineType, removeType } from './testing/customType.ts';
import { ManualClock } from './testing/manualClock.ts';
import { held, holds, ReflectorStage, selected, waiting } from './testing/reflectorStage.ts';

const stage = new ReflectorStage();

beforeAll(() => stage.open());
beforeEach(() => stage.begin());
afterEach(() => stage.end());
afterAll(() => stage.close());

test('the store follows what is created, changed and deleted', async () => {
  await stage.put('a', '1');
  const { store } = stage.reflect(selected);
  await store.synced;
  expect(held(store)).toEqual(['a=1']);
  await stage.put('b', '1');
  await stage.put('a', '2');
  await holds(store, 'a=2', 'b=1');
  await stage.direct.delete(configMaps, { namespace: stage.namespace, name: 'b' });
  await holds(store, 'a=2');
});

test('objects from a list and from a watch look alike, without managed fields', async () => {
  await stage.put('listed', '1');
  const { store } = stage.reflect(selected);
  await store.synced;
  await stage.put('watched', '1');
  await vi.waitFor(() => expect(store.size).toBe(2), waiting);
  const shapes = store.list().map((object) => [Object.keys(object).sort(), Object.keys(object.metadata).sort()]);
  expect(shapes[0]).toEqual(shapes[1]);
  expect(store.list()[0]?.metadata.managedFields).toBeUndefined();
});

test('a broken connection is opened again and nothing is missed or listed twice', async () => {
  const { store, restarts, repairs } = stage.reflect(selected);
  await store.synced;
  await stage.watching();
  await stage.put('a', '1');
  await holds(store, 'a=1');
  stage.proxy.cut();
  await stage.put('a', '2');
  await stage.put('b', '1');
  await holds(store, 'a=2', 'b=1');
  expect(restarts).toEqual(['network']);
  expect(repairs).toEqual([]);
});

test('a watch that the server ends is opened again', async () => {
  stage.proxy.faults.rewrite = (url) => {
    if (url.searchParams.has('timeoutSeconds')) url.searchParams.set('timeoutSeconds', '1');
  };
  const { store, restarts } = stage.reflect(selected);
  await store.synced;
  await vi.waitFor(() => expect(restarts.length).toBeGreaterThanOrEqual(2), waiting);
  await stage.put('a', '1');
  await holds(store, 'a=1');
  expect(new Set(restarts)).toEqual(new Set(['early_close']));
});

test('after a version that is too old everything is listed again, and what was missed is counted', async () => {
  const type = await defineType(stage.direct, 'reflectorsamples');
  const metadata = (name: string) => ({ namespace: stage.namespace, name });
  await stage.direct.create(type, { metadata: metadata('before') });
  const { store, restarts, repairs } = stage.reflect({ type });
  await store.synced;
  await stage.watching();
  // The changes happen while the proxy turns watches away; the one after that asks for a version long gone.
  let refused = 0;
  stage.proxy.faults.answer = (request, response) => {
    if (!request.url?.includes('watch=true') || refused++ > 0) return false;
    return Boolean(response.writeHead(503).end());
  };
  stage.proxy.faults.rewrite = (url) => {
    if (url.searchParams.get('watch') !== 'true') return;
    url.searchParams.set('resourceVersion', '1');
    stage.proxy.faults.rewrite = undefined;
  };
  stage.proxy.cut();
  await stage.direct.delete(type, metadata('before'));
  await stage.direct.create(type, { metadata: metadata('after') });
  await vi.waitFor(() => expect(store.list().map((each) => each.metadata.name)).toEqual(['after']), waiting);
  expect(restarts).toEqual(['network', 'api_error', 'expired']);
  expect(repairs).toEqual([2]);
  await removeType(stage.direct, type);
});

test('a stream that carries something else than events is left, and everything is listed again', async () => {
  let spoiled = 0;
  stage.proxy.faults.answer = (request, response) => {
    if (!request.url?.includes('watch=true') || spoiled++ > 0) return false;
    return Boolean(response.end('{"type":"ADDED","object":{"kind":"Conf'));
  };
  const { store, restarts } = stage.reflect(selected);
  await stage.watching(2);
  await stage.put('a', '1');
  await holds(store, 'a=1');
  expect(restarts).toEqual(['protocol']);
});

test('a stream that has gone silent is left soon after servers would have ended it', async () => {
  const clock = new ManualClock();
  const { store, restarts, reflector } = stage.reflect({ ...selected, clock });
  await store.synced;
  await stage.watching();
  stage.proxy.freeze();
  await stage.put('a', '1');
  await clock.advance(37_999);
  expect(restarts).toEqual([]);
  expect(reflector.silenceMs).toBe(37_999);
  stage.proxy.thaw();
  await clock.advance(1);
  await vi.waitFor(() => expect(restarts).toEqual(['stalled']), waiting);
  await clock.advance(1000);
  await holds(store, 'a=1');
});

test('a name that was given to another object meanwhile is told as an end and a beginning', async () => {
  await stage.put('a', '1');
  const { store } = stage.reflect(selected);
  await store.synced;
  await stage.watching();
  const changes: string[] = [];
  store.onChange((before, after) => changes.push(`${before?.data?.value ?? '-'} -> ${after?.data?.value ?? '-'}`));
  let refused = 0;
  stage.proxy.faults.answer = (_, response) => refused++ < 2 && Boolean(response.writeHead(410).end());
  stage.proxy.cut();
  await stage.direct.delete(configMaps, { namespace: stage.namespace, name: 'a' });
  await stage.put('a', '2');
  await holds(store, 'a=2');
  expect(changes).toEqual(['- -> 1', '1 -> -', '- -> 2']);
});

test('an event that got lost on its way is told by the next watch, and counted', async () => {
  const { store, restarts, repairs } = stage.reflect(selected);
  await store.synced;
  await stage.watching();
  stage.proxy.load({ faults: [{ on: { verb: 'watch', namespace: stage.namespace }, do: 'drop' }] });
  stage.proxy.cut();
  await stage.watching(2);
  await stage.put('lost', '1');
  await stage.put('seen', '1');
  await holds(store, 'seen=1');
  stage.proxy.cut();
  await holds(store, 'lost=1', 'seen=1');
  expect(restarts).toEqual(['network', 'network']);
  expect(repairs).toEqual([1]);
});

test('a reflector that was stopped asks for nothing more', async () => {
  const { store, reflector } = stage.reflect(selected);
  await store.synced;
  await stage.watching();
  const first = reflector.run(stage.stop.signal);
  stage.stop.abort();
  await first;
  const asked = stage.proxy.requests.length;
  await stage.put('a', '1');
  expect(held(store)).toEqual([]);
  expect(stage.proxy.requests.length).toBe(asked);
});
