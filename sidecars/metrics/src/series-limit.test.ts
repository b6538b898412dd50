import { expect, test } from 'vitest';
import { affordableSeries } from './series-limit.ts';

const megabytes = 1024 * 1024;

test('carries the default budget on the smallest heap and large ones on large heaps', () => {
  expect(affordableSeries(48 * megabytes)).toBeGreaterThan(10_000);
  expect(affordableSeries(256 * megabytes)).toBeGreaterThan(100_000);
  expect(affordableSeries(16 * megabytes)).toBe(500);
});
