import { expect, test } from 'vitest';
import { configMaps, deployments, namespaces } from './builtin.ts';
import { apiVersionOf, collectionPath, objectPath } from './resourceType.ts';
import { formatKey, parseKey } from './wire.ts';

test('paths follow group, version and scope', () => {
  expect(apiVersionOf(configMaps)).toBe('v1');
  expect(apiVersionOf(deployments)).toBe('apps/v1');
  expect(collectionPath(configMaps)).toBe('/api/v1/configmaps');
  expect(collectionPath(deployments, 'shop')).toBe('/apis/apps/v1/namespaces/shop/deployments');
  expect(objectPath(namespaces, undefined, 'shop')).toBe('/api/v1/namespaces/shop');
  expect(objectPath(deployments, 'shop', 'a/b', 'status')).toBe(
    '/apis/apps/v1/namespaces/shop/deployments/a%2Fb/status',
  );
});

test('an address that would hit a whole collection is refused', () => {
  expect(() => objectPath(deployments, undefined, 'orders')).toThrow('needs a namespace');
  expect(() => objectPath(deployments, 'shop', '')).toThrow('without a name');
});

test('keys are written and read', () => {
  for (const key of [{ namespace: 'shop', name: 'orders' }, { name: 'shop' }]) {
    expect(parseKey(formatKey(key))).toEqual(key);
  }
});
