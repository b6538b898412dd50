import { expect, test } from 'vitest';
import { formatFor, formatOf } from './negotiate.ts';

test.each([
  [undefined, 'text'],
  ['', 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.2', 'openmetrics'],
  ['text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.4', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=x, text/plain', 'text'],
])('answers a reader that accepts %j with %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format);
});

test('reads a page by its type', () => {
  expect(formatOf('application/openmetrics-text; version=1.0.0; charset=utf-8')).toBe('openmetrics');
  expect(formatOf('text/plain; version=0.0.4')).toBe('text');
  expect(formatOf(undefined)).toBe('text');
});
