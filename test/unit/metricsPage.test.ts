import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OperatorMetrics } from '../../operator/src/observe/metrics.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/metrics.md'), 'utf8');

test('every metric of the operator is on the page of metrics', () => {
  const names = new OperatorMetrics('controller').registry.getMetricsAsArray().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
