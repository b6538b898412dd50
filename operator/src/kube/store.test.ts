import { expect, test } from 'vitest';
import { Store } from './store.ts';
import type { KubeObject } from './wire.ts';

function object(name: string, uid: string, resourceVersion: string, app = 'x'): KubeObject {
  const metadata = { name, namespace: 'ns', uid, resourceVersion, labels: { app } };
  return { apiVersion: 'v1', kind: 'Pod', metadata };
}

/** Records changes as `old -> new`, each written uid@version. */
function recorded(store: Store<KubeObject>): string[] {
  const name = (each: KubeObject | undefined): string =>
    each === undefined ? '-' : `${each.metadata.uid}@${each.metadata.resourceVersion}`;
  const changes: string[] = [];
  store.onChange((before, after) => changes.push(`${name(before)} -> ${name(after)}`));
  return changes;
}

test('handlers get the old and the new state', () => {
  const store = new Store();
  const changes = recorded(store);
  store.upsert(object('a', 'u1', '1'));
  store.upsert(object('a', 'u1', '2'));
  store.remove(object('a', 'u1', '3'));
  expect(changes).toEqual(['- -> u1@1', 'u1@1 -> u1@2', 'u1@2 -> -']);
});

test('a handler may leave out what is there already', () => {
  const store = new Store();
  store.upsert(object('a', 'u1', '1'));
  const seen: unknown[] = [];
  store.onChange((_, after) => seen.push(after?.metadata.name), 'later');
  store.upsert(object('b', 'u2', '2'));
  expect(seen).toEqual(['b']);
});

test('the objects of a namespace are found, as long as they are there', () => {
  const store = new Store();
  const other = object('b', 'u2', '2');
  const elsewhere = { ...other, metadata: { ...other.metadata, namespace: 'other' } };
  store.replace([object('a', 'u1', '1'), elsewhere]);
  expect([store.list('ns'), store.list('other'), store.list('none')].map((list) => list.length)).toEqual([1, 1, 0]);
  store.remove({ ...elsewhere, metadata: { ...elsewhere.metadata, resourceVersion: '3' } });
  expect([store.list('other').length, store.list().length]).toEqual([0, 1]);
});

test('a handler that comes late is told what is there already', () => {
  const store = new Store();
  store.upsert(object('a', 'u1', '1'));
  expect(recorded(store)).toEqual(['- -> u1@1']);
});

test('an older state of the same object is dropped', () => {
  const store = new Store();
  store.upsert(object('a', 'u1', '100'));
  const changes = recorded(store).splice(0);
  expect(store.upsert(object('a', 'u1', '99'))).toBe(false);
  expect(store.remove(object('a', 'u1', '50'))).toBe(false);
  expect(store.get({ namespace: 'ns', name: 'a' })?.metadata.resourceVersion).toBe('100');
  expect(changes).toEqual(['- -> u1@100']);
});

test('a repeated state is no news', () => {
  const store = new Store();
  store.upsert(object('a', 'u1', '1'));
  expect(store.upsert(object('a', 'u1', '1'))).toBe(false);
});

test('an object that was deleted and created again in between is told as an end and a beginning', () => {
  const store = new Store();
  const changes = recorded(store);
  store.upsert(object('a', 'u1', '1'));
  store.upsert(object('a', 'u2', '5'));
  expect(changes).toEqual(['- -> u1@1', 'u1@1 -> -', '- -> u2@5']);
});

test('late news of an earlier object of the same name is dropped', () => {
  const store = new Store();
  store.upsert(object('a', 'u2', '5'));
  expect(store.upsert(object('a', 'u1', '3'))).toBe(false);
  expect(store.remove(object('a', 'u1', '4'))).toBe(false);
  expect(store.get({ namespace: 'ns', name: 'a' })?.metadata.uid).toBe('u2');
});

test('a list replaces everything and counts what it changed', () => {
  const store = new Store();
  store.replace([object('a', 'u1', '1'), object('b', 'u2', '2'), object('c', 'u3', '3')]);
  const changes = recorded(store);
  changes.splice(0);
  expect(store.replace([object('a', 'u1', '1'), object('b', 'u2', '4'), object('d', 'u4', '5')])).toBe(3);
  expect(changes).toEqual(['u3@3 -> -', 'u2@2 -> u2@4', '- -> u4@5']);
});

test('a list is believed even where its versions went back, as after a restored backup', () => {
  const store = new Store();
  store.replace([object('a', 'u1', '100')]);
  store.replace([object('a', 'u1', '40')]);
  expect(store.get({ namespace: 'ns', name: 'a' })?.metadata.resourceVersion).toBe('40');
});

test('the first list makes the store synced, also an empty one', async () => {
  const store = new Store();
  expect(store.isSynced).toBe(false);
  store.replace([]);
  await store.synced;
  expect(store.isSynced).toBe(true);
});

test('an index follows its objects', () => {
  const store = new Store({ indexers: { app: (each: KubeObject) => [each.metadata.labels?.app ?? ''] } });
  store.upsert(object('a', 'u1', '1', 'x'));
  store.upsert(object('b', 'u2', '2', 'x'));
  store.upsert(object('a', 'u1', '3', 'y'));
  expect(store.byIndex('app', 'x').map((each) => each.metadata.name)).toEqual(['b']);
  expect(store.byIndex('app', 'y').map((each) => each.metadata.name)).toEqual(['a']);
  store.remove(object('a', 'u1', '4'));
  expect(store.byIndex('app', 'y')).toEqual([]);
  expect(() => store.byIndex('other', 'x')).toThrow('No index "other"');
});

test('what a handler throws is reported and does not reach the others', () => {
  const errors: unknown[] = [];
  const store = new Store({ onHandlerError: (error) => errors.push(error) });
  store.onChange(() => {
    throw new Error('broken handler');
  });
  const changes = recorded(store);
  store.upsert(object('a', 'u1', '1'));
  expect(errors).toEqual([new Error('broken handler')]);
  expect(changes).toEqual(['- -> u1@1']);
});

test('objects can be listed by namespace', () => {
  const store = new Store();
  store.upsert(object('a', 'u1', '1'));
  expect(store.list('ns')).toHaveLength(1);
  expect(store.list('other')).toEqual([]);
  expect(store.size).toBe(1);
});

test('a list of one namespace says nothing of another, and all must be listed', async () => {
  const of = (namespace: string, name: string): KubeObject => {
    const { metadata, ...rest } = object(name, `${namespace}-${name}`, '1');
    return { ...rest, metadata: { ...metadata, namespace } };
  };
  const store = new Store({ namespaces: ['a', 'b'] });
  store.replace([of('a', 'x'), of('a', 'y')], 'a');
  expect(store.isSynced).toBe(false);
  store.replace([of('b', 'x')], 'b');
  expect(store.isSynced).toBe(true);
  await store.synced;
  expect(store.replace([of('a', 'y')], 'a')).toBe(1);
  expect(store.list().map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['a/y', 'b/x']);
});
