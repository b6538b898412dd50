import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ManualClock } from './testing/manualClock.ts';
import { holds, ReflectorStage, selected, waiting } from './testing/reflectorStage.ts';

const stage = new ReflectorStage();

beforeAll(() => stage.open());
beforeEach(() => stage.begin());
afterEach(() => stage.end());
afterAll(() => stage.close());

test('a big list arrives in pages', async () => {
  for (let index = 0; index < 5; index++) await stage.put(`map-${index}`, '1');
  const { store } = stage.reflect({ ...selected, pageSize: 2 });
  await store.synced;
  expect(store.size).toBe(5);
  expect(stage.proxy.requests.filter((url) => url.includes(stage.namespace) && url.includes('continue='))).toHaveLength(
    2,
  );
});

test('a list that fails at first is tried until it works', async () => {
  let refused = 0;
  stage.proxy.faults.answer = (_, response) => refused++ < 3 && Boolean(response.writeHead(503).end());
  await stage.put('a', '1');
  const { store, restarts } = stage.reflect(selected);
  await holds(store, 'a=1');
  expect(restarts).toEqual(['api_error', 'api_error', 'api_error']);
});

test('a list whose second page fails is begun anew and leaves no half-filled store', async () => {
  for (let index = 0; index < 5; index++) await stage.put(`map-${index}`, '1');
  let refused = 0;
  stage.proxy.faults.answer = (request, response) =>
    Boolean(request.url?.includes('continue=')) && refused++ < 1 && Boolean(response.writeHead(410).end());
  const { store, restarts } = stage.reflect({ ...selected, pageSize: 2 });
  await store.synced;
  expect(store.size).toBe(5);
  expect(restarts).toEqual(['expired']);
});

test('Retry-After is waited for', async () => {
  let refused = 0;
  stage.proxy.faults.answer = (_, response) => {
    if (refused++ > 0) return false;
    return Boolean(response.writeHead(429, { 'retry-after': '60' }).end());
  };
  const clock = new ManualClock();
  const { store, restarts } = stage.reflect({ ...selected, clock });
  await vi.waitFor(() => expect(restarts).toEqual(['api_error']), waiting);
  await clock.advance(59_000);
  expect(store.isSynced).toBe(false);
  await clock.advance(1000);
  await store.synced;
});

test('a list that is older than what is known takes nothing back', async () => {
  await stage.put('a', '1');
  const { store, restarts } = stage.reflect(selected);
  await store.synced;
  await stage.watching();
  await stage.put('b', '1');
  await holds(store, 'a=1', 'b=1');
  const changes: string[] = [];
  store.onChange((before, after) => changes.push(`${(before ?? after)?.metadata.name}`));
  stage.proxy.load({
    faults: [
      { on: { verb: 'watch', namespace: stage.namespace }, do: 'answer', status: 410 },
      { on: { verb: 'list', namespace: stage.namespace }, times: 2, do: 'replay' },
    ],
  });
  stage.proxy.cut();
  await vi.waitFor(() => expect(restarts).toEqual(['network', 'expired', 'stale', 'stale']), waiting);
  await stage.put('c', '1');
  await holds(store, 'a=1', 'b=1', 'c=1');
  expect(changes).toEqual(['a', 'b', 'c']);
});
