import { expect, test } from 'vitest';
import { digested, hadData } from './digested.ts';

const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'standpipe.orders', namespace: 'shop', resourceVersion: '7', managedFields: [] },
  data: { 'metrics.json': '{"maxSeries": 2000}' },
};

test('of the data of a cached ConfigMap a digest stays, which tells whether it is as wanted', () => {
  const cached = digested(configMap);
  expect(JSON.stringify(cached)).not.toContain('maxSeries');
  expect(hadData(cached, configMap.data)).toBe(true);
  expect(hadData(cached, { ...configMap.data, 'logs.json': '{}' })).toBe(false);
  expect(hadData(cached, { 'metrics.json': '{}' })).toBe(false);
});

test('one without data has none', () => {
  expect(hadData(digested({ ...configMap, data: {} }), {})).toBe(true);
});
