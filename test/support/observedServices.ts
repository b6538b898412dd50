import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ruleSets, rulesFileOf } from '../../scripts/generate-alerts.ts';
import { configFor, fluentBit, numbered, startSidecar } from '../../sidecars/logs/src/testing/sidecar.ts';
import { startSink } from '../../sidecars/logs/src/testing/sink.ts';
import { eventually } from './eventually.ts';
import { callGrpc, ExampleApp } from './exampleApp.ts';
import { freePorts, MetricsSidecar } from './metricsSidecar.ts';
import { PrometheusServer } from './prometheusServer.ts';
import { byAnnotations, byPodMonitor } from './scrapeConfigs.ts';

/**
 * Two services with real sidecars in a real Prometheus: `orders`, which is called in every way, and `cramped`, whose
 * page and routes outgrow their budget. The API server's part, finding the pods, is left out.
 */

/** The page of the app of `orders`, with a family that its sidecar has too. */
export const ordersPage = [
  '# HELP jobs_total Jobs done.',
  '# TYPE jobs_total counter',
  'jobs_total{kind="a"} 7',
  '# HELP http_server_request_duration_seconds Time as the app itself measures it.',
  '# TYPE http_server_request_duration_seconds histogram',
  'http_server_request_duration_seconds_bucket{http_response_status_code="500",le="+Inf"} 1000',
  'http_server_request_duration_seconds_sum{http_response_status_code="500"} 9000',
  'http_server_request_duration_seconds_count{http_response_status_code="500"} 1000',
  '',
].join('\n');

const users = Array.from({ length: 5000 }, (_, i) => `users{name="u${i}"} 1`);
const crampedPage = ['# HELP users Users.', '# TYPE users gauge', ...users, ''].join('\n');

/** The trace that requests to `orders` belong to. */
export const trace = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' };

/** What is counted last of all calls: connections that `orders` does not take, and requests to `cramped`. */
export const failures = 'standpipe_tap_connect_failures_total{pod="orders-1", port="closed", code="ECONNREFUSED"}';
export const ofCramped = 'sum(http_server_request_duration_seconds_count{pod="cramped-1"})';

/** What runs. */
export interface ObservedServices {
  /** The app of `orders`. */
  readonly app: ExampleApp;
  readonly orders: MetricsSidecar;
  readonly cramped: MetricsSidecar;
  /** The page of `orders` from before it was called. */
  readonly idlePage: string;
  readonly prometheus: PrometheusServer;
}

/** Starts all of it and calls both services twice with everything. @param closing takes what ends it again */
export async function observeServices(closing: (() => unknown)[]): Promise<ObservedServices> {
  const [logsPage = 0, prometheusPort = 0] = await freePorts(2);
  if (fluentBit !== undefined) await startLogs(logsPage, closing);
  const { app, orders } = await startOrders(logsPage, closing);
  const cramped = await startCramped(closing);
  const idlePage = await orders.page();
  const prometheus = new PrometheusServer(prometheusPort);
  closing.push(() => prometheus.stop());
  const pods = [
    { name: 'orders-1', microservice: 'orders', pagePort: orders.pagePort },
    { name: 'cramped-1', microservice: 'cramped', pagePort: cramped.pagePort },
  ];
  await prometheus.start({
    rule_files: ruleSets.map(rulesFileOf),
    scrape_configs: [byAnnotations(pods.slice(0, 1)), byPodMonitor('cramped', pods)],
  });
  await callEverything(orders, cramped);
  // A rate is made of two scrapes that differ, so what came last must have been seen first.
  await eventuallyIs(prometheus, { [failures]: 3, [ofCramped]: 20 });
  await callEverything(orders, cramped);
  return { app, orders, cramped, idlePage, prometheus };
}

async function startOrders(logsPage: number, closing: (() => unknown)[]) {
  const app = new ExampleApp(ordersPage);
  const { http, grpc } = await app.start();
  closing.push(() => app.stop());
  const [closed = 0] = await freePorts(1);
  const orders = await MetricsSidecar.start({
    microservice: 'orders',
    ports: {
      http: { app: http, protocol: 'http' },
      grpc: { app: grpc, protocol: 'grpc' },
      closed: { app: closed, protocol: 'http' },
    },
    config: { maxSeries: 2000, scrape: [{ name: 'http', port: http, path: '/metrics' }] },
    logsPage,
  });
  closing.push(() => orders.stop());
  return { app, orders };
}

async function startCramped(closing: (() => unknown)[]): Promise<MetricsSidecar> {
  const app = new ExampleApp(crampedPage);
  const { http } = await app.start();
  closing.push(() => app.stop());
  const [noLogs = 0] = await freePorts(1);
  const cramped = await MetricsSidecar.start({
    microservice: 'cramped',
    ports: { http: { app: http, protocol: 'http' } },
    config: { maxSeries: 300, scrape: [{ name: 'http', port: http, path: '/metrics' }] },
    logsPage: noLogs,
  });
  closing.push(() => cramped.stop());
  return cramped;
}

/** A log sidecar that has shipped lines, with its page where the metrics sidecar looks for it. */
async function startLogs(port: number, closing: (() => unknown)[]): Promise<void> {
  const [sink, logs] = [await startSink(), await startSidecar()];
  closing.push(
    () => sink.close(),
    () => logs.dispose(),
  );
  logs.configure(configFor(logs, sink));
  appendFileSync(join(logs.files, 'app.log'), numbered(0, 100));
  await eventually(async () => expect(sink.records.length).toBe(100));
  const server = createServer(async (_, response) => response.end(await logs.metrics()));
  server.listen(port, '127.0.0.1');
  closing.push(() => server.close());
}

/** Calls both services once with everything that is counted. */
async function callEverything(orders: MetricsSidecar, cramped: MetricsSidecar): Promise<void> {
  const call = async (sidecar: MetricsSidecar, path: string, options: RequestInit = {}) =>
    (await fetch(`http://127.0.0.1:${sidecar.listen.http}${path}`, options)).arrayBuffer();
  const headers = { traceparent: `00-${trace.trace_id}-${trace.span_id}-01` };
  for (let i = 0; i < 80; i++) await call(orders, `/items/${i}`, { headers });
  for (let i = 0; i < 10; i++) await call(orders, '/items', { method: 'POST', body: 'x'.repeat(50) });
  for (let i = 0; i < 9; i++) await call(orders, '/fail');
  for (let i = 0; i < 8; i++) await call(orders, '/missing');
  const methods = ['Get', 'Get', 'Get', 'Get5', 'Get14', 'Get12'];
  await callGrpc(
    orders.listen.grpc ?? 0,
    methods.map((method) => `/shop.Orders/${method}`),
    20,
  );
  // The beginning of TLS, https://datatracker.ietf.org/doc/html/rfc8446#section-5.1
  await sayAndEnd(orders.listen.http, Buffer.from([0x16, 0x03, 0x01, 0, 5, 1, 0, 0, 1, 0]));
  for (let i = 0; i < 3; i++) await sayAndEnd(orders.listen.closed, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  for (const letter of 'abcdefghijklmnopqrst') await call(cramped, `/${letter}`);
}

/** Says something on a connection, and waits for its end. */
function sayAndEnd(port: number | undefined, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port ?? 0, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** Waits until each expression has one value, and it is this. */
export async function eventuallyIs(
  prometheus: PrometheusServer,
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  await eventually(async () => {
    const found = await Promise.all(
      Object.keys(expected).map(async (expr) => {
        const samples = await prometheus.query(expr);
        return [expr, samples.length === 1 ? samples[0]?.value : `${samples.length} series`] as const;
      }),
    );
    expect(Object.fromEntries(found)).toEqual(expected);
  });
}
