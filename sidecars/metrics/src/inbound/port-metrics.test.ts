import { expect, test } from 'vitest';
import type { Exchange } from '../tap/exchange.ts';
import { countOf, seriesPerRow } from './durations.ts';
import { notFoundRoute, overflowRoute, PortMetrics } from './port-metrics.ts';
import { RowBudget } from './row-budget.ts';

const exchange = (path: string, method = 0, probe = false): Exchange => {
  return { method, path, startedMs: performance.now(), probe, next: undefined };
};

function see(metrics: PortMetrics, path: string, status = 200, method = 0): void {
  const one = exchange(path, method);
  metrics.started(one);
  metrics.finished(one, status);
}

const countsOf = (metrics: PortMetrics) =>
  Object.fromEntries(
    metrics.rows.map((row) => [`${row.labels.method} ${row.labels.route} ${row.labels.status}`, countOf(row)]),
  );
const total = (metrics: PortMetrics) => metrics.rows.reduce((sum, row) => sum + countOf(row), 0);

test('keeps to the budget under 100 000 random paths and loses no request', () => {
  const metrics = new PortMetrics('http', new RowBudget(2000));
  const letters = (i: number) =>
    i.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
  for (let i = 0; i < 100_000; i++) see(metrics, `/${letters(i)}/${letters(i * 7)}`, i % 3 === 0 ? 500 : 200, i % 4);
  expect(metrics.rows.length * seriesPerRow).toBeLessThanOrEqual(1000);
  expect(total(metrics)).toBe(100_000);
  expect(metrics.overflow.http_route).toBeGreaterThan(99_000);
  expect(metrics.rows.some((row) => row.labels.route === overflowRoute)).toBe(true);
});

test('keeps the last row for everything when even overflow has no room', () => {
  const metrics = new PortMetrics('http', new RowBudget(1));
  for (let status = 200; status < 400; status++) see(metrics, '/a', status);
  expect(metrics.rows.length).toBe(5);
  expect(metrics.rows.at(-1)?.labels).toEqual({
    port: 'http',
    method: '_OTHER',
    route: '_OVERFLOW',
    status: '_OVERFLOW',
  });
  expect(total(metrics)).toBe(200);
  expect(metrics.overflow).toEqual({ http_route: 197, http_response_status_code: 196 });
});

test('makes no route of paths that the app does not know', () => {
  const metrics = new PortMetrics('http', new RowBudget(2000));
  for (let i = 0; i < 1000; i++) see(metrics, `/scan${'x'.repeat(i % 50)}`, 404);
  see(metrics, '/users/1', 200);
  see(metrics, '/users/2', 404);
  expect(countsOf(metrics)).toEqual({
    [`GET ${notFoundRoute} 404`]: 1000,
    'GET /users/{id} 200': 1,
    'GET /users/{id} 404': 1,
  });
});

test('gives routes a row again when the budget grows', () => {
  const budget = new RowBudget(1);
  const metrics = new PortMetrics('http', budget);
  for (const path of ['/a', '/b', '/c', '/d']) see(metrics, path);
  expect(countsOf(metrics)).toEqual({ 'GET /a 200': 1, 'GET /b 200': 1, 'GET /c 200': 1, 'GET _OVERFLOW 200': 1 });
  budget.resize(2000);
  see(metrics, '/d');
  expect(countsOf(metrics)).toMatchObject({ 'GET /d 200': 1, 'GET _OVERFLOW 200': 1 });
});

test('shares one budget between ports', () => {
  const budget = new RowBudget(1);
  const ports = ['a', 'b'].map((name) => new PortMetrics(name, budget));
  for (const port of ports) for (const path of ['/a', '/b', '/c']) see(port, path);
  expect(ports.map((port) => port.rows.length)).toEqual([3, 1]);
});

test('counts probes and abandoned requests apart from the others', () => {
  const metrics = new PortMetrics('http', new RowBudget(2000));
  const probe = exchange('/ready', 0, true);
  metrics.started(probe);
  metrics.finished(probe, 503);
  const left = exchange('/a');
  metrics.started(left);
  expect(metrics.active).toBe(1);
  metrics.abandoned(left);
  expect(metrics).toMatchObject({ active: 0, abandonedRequests: 1, rows: [] });
  expect([...metrics.probes]).toEqual([[503, 1]]);
});
