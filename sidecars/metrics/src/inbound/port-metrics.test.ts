import { expect, test } from 'vitest';
import { Exchange, type Protocol } from '../tap/exchange.ts';
import { durationBounds, seriesOf } from './histogram.ts';
import { PortMetrics } from './port-metrics.ts';
import { RouteTable } from './route-table.ts';
import type { Row } from './row.ts';
import { RowBudget } from './row-budget.ts';
import { notFoundName, overflowName } from './row-kind.ts';

/** Lets an exchange begin and end. */
function see(metrics: PortMetrics, path: string, status = 200, method = 0): void {
  const one = new Exchange('http1', method, path, false);
  metrics.started(one);
  one.status = status;
  one.end(false, metrics);
}

function call(metrics: PortMetrics, path: string, grpcStatus = 0): void {
  const one = new Exchange('grpc', 2, path, false);
  metrics.started(one);
  one.grpcStatus = grpcStatus;
  one.end(false, metrics);
}

const textOf = ({ labels }: Row) =>
  labels
    .slice(1)
    .map(([, value]) => value)
    .join(' ');
const countsOf = (rows: readonly Row[]) => Object.fromEntries(rows.map((row) => [textOf(row), row.histogram.count]));
const rowsOf = (metrics: PortMetrics) => metrics.http.table.rows;
const total = (metrics: PortMetrics) => rowsOf(metrics).reduce((sum, row) => sum + row.histogram.count, 0);

test('keeps to the budget under 100 000 random paths and loses no request', () => {
  const metrics = new PortMetrics('http', new RouteTable(), new RowBudget(2000));
  const letters = (i: number) =>
    i.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
  for (let i = 0; i < 100_000; i++) see(metrics, `/${letters(i)}/${letters(i * 7)}`, i % 3 === 0 ? 500 : 200, i % 4);
  expect(rowsOf(metrics).length * seriesOf(durationBounds)).toBeLessThanOrEqual(1000);
  expect(total(metrics)).toBe(100_000);
  expect(metrics.http.table.overflow.name).toBeGreaterThan(99_000);
  expect(metrics.http.table.overflowExamples.length).toBe(3);
  expect(rowsOf(metrics).some((row) => textOf(row).includes(overflowName))).toBe(true);
});

test('keeps the last row for everything when even overflow has no room', () => {
  const metrics = new PortMetrics('http', new RouteTable(), new RowBudget(1));
  for (let status = 200; status < 400; status++) see(metrics, '/a', status);
  expect(rowsOf(metrics).length).toBe(5);
  expect(rowsOf(metrics).at(-1)?.labels).toEqual([
    ['port', 'http'],
    ['http_request_method', '_OTHER'],
    ['http_route', '_OVERFLOW'],
    ['http_response_status_code', '_OVERFLOW'],
  ]);
  expect(total(metrics)).toBe(200);
  expect(metrics.http.table.overflow).toEqual({ name: 197, detail: 196 });
});

test('makes no route of paths that the app does not know', () => {
  const metrics = new PortMetrics('http', new RouteTable(), new RowBudget(2000));
  for (let i = 0; i < 1000; i++) see(metrics, `/scan${'x'.repeat(i % 50)}`, 404);
  see(metrics, '/users/1', 200);
  see(metrics, '/users/2', 404);
  expect(countsOf(rowsOf(metrics))).toEqual({
    [`GET ${notFoundName} 404`]: 1000,
    'GET /users/{id} 200': 1,
    'GET /users/{id} 404': 1,
  });
});

test('counts by the declared routes, from when they are declared', () => {
  const routes = new RouteTable();
  const metrics = new PortMetrics('http', routes, new RowBudget(2000));
  see(metrics, '/shop/blue');
  see(metrics, '/shop/blue');
  routes.use(['/shop/{colour}']);
  metrics.http.table.forgetPaths();
  see(metrics, '/shop/blue');
  expect(countsOf(rowsOf(metrics))).toEqual({ 'GET /shop/blue 200': 2, 'GET /shop/{colour} 200': 1 });
});

test('gives routes a row again when the budget grows', () => {
  const budget = new RowBudget(1);
  const metrics = new PortMetrics('http', new RouteTable(), budget);
  for (const path of ['/a', '/b', '/c', '/d']) see(metrics, path);
  expect(countsOf(rowsOf(metrics))).toEqual({
    'GET /a 200': 1,
    'GET /b 200': 1,
    'GET /c 200': 1,
    'GET _OVERFLOW 200': 1,
  });
  budget.resize(2000);
  see(metrics, '/d');
  expect(countsOf(rowsOf(metrics))).toMatchObject({ 'GET /d 200': 1, 'GET _OVERFLOW 200': 1 });
});

test('shares one budget between ports', () => {
  const budget = new RowBudget(1);
  const ports = ['a', 'b'].map((name) => new PortMetrics(name, new RouteTable(), budget));
  for (const port of ports) for (const path of ['/a', '/b', '/c']) see(port, path);
  expect(ports.map((port) => rowsOf(port).length)).toEqual([3, 1]);
});

test('counts calls by service, method and status, apart from requests', () => {
  const metrics = new PortMetrics('api', new RouteTable(), new RowBudget(2000));
  call(metrics, '/shop.v1.Orders/Get');
  call(metrics, '/shop.v1.Orders/Get', 5);
  call(metrics, '/shop.v1.Orders/Nonsense', 12);
  call(metrics, '/a/b/c');
  see(metrics, '/shop.v1.Orders/Get');
  expect(countsOf(metrics.grpc.table.rows)).toEqual({
    'shop.v1.Orders Get 0': 1,
    'shop.v1.Orders Get 5': 1,
    '_NOT_FOUND _NOT_FOUND 12': 1,
    '_OTHER _OTHER 0': 1,
  });
  expect(metrics.grpc.table.rows[0]?.labels).toEqual([
    ['port', 'api'],
    ['rpc_service', 'shop.v1.Orders'],
    ['rpc_method', 'Get'],
    ['rpc_grpc_status_code', '0'],
  ]);
  expect(countsOf(rowsOf(metrics))).toEqual({ 'GET /shop.v1.Orders/Get 200': 1 });
});

test('counts probes and aborted exchanges apart from the others', () => {
  const metrics = new PortMetrics('http', new RouteTable(), new RowBudget(2000));
  const begin = (protocol: Protocol, probe: boolean) => {
    const one = new Exchange(protocol, 0, '/a', probe);
    metrics.started(one);
    return one;
  };
  const probe = begin('http2', true);
  probe.status = 503;
  probe.end(false, metrics);
  const left = begin('http1', false);
  left.requestBytes = 5;
  const streaming = begin('grpc', false);
  expect([metrics.http.active, metrics.grpc.active]).toEqual([1, 1]);
  for (const each of [left, streaming]) each.end(true, metrics);
  expect([metrics.http.active, metrics.grpc.active]).toEqual([0, 0]);
  expect(metrics.abandonedRequests).toBe(2);
  expect([metrics.http.requestSizes.count, metrics.grpc.requestSizes.count]).toEqual([0, 0]);
  expect(rowsOf(metrics)).toEqual([]);
  expect([...metrics.probes]).toEqual([[503, 1]]);
});

test('takes the exemplar of a sampled request, once a second at most', () => {
  const metrics = new PortMetrics('http', new RouteTable(), new RowBudget(2000));
  const traced = (trace: string) => {
    const one = new Exchange('http1', 0, '/a', false);
    one.traceparent = `00-${trace.repeat(32)}-${'2'.repeat(16)}-01`;
    metrics.started(one);
    one.status = 200;
    one.end(false, metrics);
  };
  for (const trace of ['a', 'b', 'c']) traced(trace);
  expect(rowsOf(metrics)[0]?.histogram).toMatchObject({
    count: 3,
    exemplar: {
      exemplar: {
        labels: [
          ['trace_id', 'a'.repeat(32)],
          ['span_id', '2'.repeat(16)],
        ],
      },
    },
  });
});
