import { expect, test } from 'vitest';
import { apiRequest } from './apiRequest.ts';

const read = (method: string, path: string, contentType?: string) =>
  apiRequest(method, new URL(path, 'https://server'), contentType, 'standpipe-controller/vm_1');

test.each([
  ['GET', '/api/v1/pods?limit=250', { verb: 'list', resource: 'pods', namespace: '', name: '', write: false }],
  ['GET', '/api/v1/namespaces/shop', { verb: 'get', resource: 'namespaces', namespace: '', name: 'shop' }],
  ['GET', '/apis/apps/v1/deployments?watch=true&resourceVersion=7', { verb: 'watch', resourceVersion: '7' }],
  ['POST', '/api/v1/namespaces/shop/events', { verb: 'create', resource: 'events', write: false }],
  ['POST', '/api/v1/namespaces/shop/pods?dryRun=All', { verb: 'create', resource: 'pods', write: false }],
  ['POST', '/api/v1/namespaces/shop/pods/a/eviction', { verb: 'create', subresource: 'eviction', write: true }],
  ['DELETE', '/api/v1/namespaces/shop/secrets/a', { verb: 'delete', namespace: 'shop', name: 'a', write: true }],
  ['GET', '/version', { verb: 'other', resource: '' }],
])('%s %s is read', (method, path, expected) => {
  expect(read(method, path)).toMatchObject({ who: 'standpipe-controller', ...expected });
});

test('an apply is told from another patch', () => {
  const path = '/apis/apps/v1/namespaces/shop/deployments/orders';
  expect(read('PATCH', path, 'application/apply-patch+yaml').verb).toBe('apply');
  expect(read('PATCH', path, 'application/merge-patch+json').verb).toBe('patch');
});
