import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { sidecarLines } from '../../operator/src/cli/explain/sidecarLines.ts';
import { readSidecarStatus } from '../../operator/src/cli/explain/sidecarStatus.ts';
import { freePorts, MetricsSidecar } from '../support/metricsSidecar.ts';

/** What the metrics sidecar tells and what `standpipe explain` makes of it meet here. */

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** Starts a sidecar in front of an app with this page of metrics. */
async function start(page: string, maxSeries: number, logsPage?: number): Promise<MetricsSidecar> {
  const app = await serve((request, response) => response.end(request.url === '/metrics' ? page : 'hello'));
  const sidecar = await MetricsSidecar.start({
    microservice: 'orders',
    ports: { http: { app, protocol: 'http' } },
    config: { maxSeries, scrape: [{ name: 'http', port: app, path: '/metrics' }] },
    logsPage: logsPage ?? (await freePorts(1))[0] ?? 0,
  });
  ends.push(() => sidecar.stop());
  return sidecar;
}

/** The lines of an explanation, those that warn with a mark in front. */
async function explained(sidecar: MetricsSidecar): Promise<string[]> {
  const page = await sidecar.page();
  const status = readSidecarStatus(await (await fetch(`http://127.0.0.1:${sidecar.pagePort}/status`)).text());
  if (status === undefined) throw new Error('the status cannot be read');
  return sidecarLines(status, page).map(({ text, isBad }) => (isBad ? `! ${text}` : text));
}

test('a sidecar that works is explained without a warning', async () => {
  const logsPage = await serve((_, response) => response.end('standpipe_logs_up 1\nstandpipe_logs_unread_bytes 7\n'));
  const sidecar = await start('jobs 1\n', 500, logsPage);
  await fetch(`http://127.0.0.1:${sidecar.listen.http}/`);
  const lines = await explained(sidecar);
  expect(lines).toEqual([
    expect.stringMatching(/^standpipe-metrics \S+, revision r1, configuration one$/),
    expect.stringMatching(/^port http: \d+ to \d+, \d connections open, 1 connections so far$/),
    'page http: 1 series',
    'page standpipe-logs: 2 series',
    expect.stringMatching(/^series: \d+ of 500 \(metrics\.maxSeries\)$/),
    'logs: 7 bytes not read yet, 0 bytes read and not delivered',
  ]);
});

test('the labels that break the budget are named with examples, and nothing of them reaches the terminal raw', async () => {
  const users = Array.from({ length: 400 }, (_, i) => `sessions{user="\u001b[2J\\n\u202e${i}"} 1\n`);
  const sidecar = await start(users.join(''), 160);
  for (let i = 0; i < 12; i += 1)
    await (await fetch(`http://127.0.0.1:${sidecar.listen.http}/${'abcdefghijkl'[i]}`)).text();
  const warnings = (await explained(sidecar)).filter((line) => line.startsWith('!'));
  expect(warnings).toEqual([
    expect.stringMatching(
      /^! port http: \d+ requests counted without their http_route, for want of series, such as "\/\w", /,
    ),
    '! series: all 400 of sessions are not shown: its label user has too many values, such as "[2J 0", "[2J 1", "[2J 2"',
  ]);
});

test('what is not HTTP is told by its reason, and a page that fails by its problem', async () => {
  const sidecar = await start('<html>', 500);
  const socket = connect(sidecar.listen.http ?? 0, '127.0.0.1');
  socket.end('\u0016\u0003\u0001 no words of HTTP\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  const lines = await explained(sidecar);
  expect(lines).toContainEqual(
    expect.stringMatching(/^port http: forwarded without being followed to the end: 1 \w+$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^! page http: no line of the page is a metric/));
});

test('what the logs sidecar lost is told', () => {
  const page = 'standpipe_logs_up 0\nstandpipe_logs_records_dropped_total 3\nstandpipe_logs_rejected_bytes 0\n';
  expect(sidecarLines(older, page).slice(-2)).toEqual([
    { text: 'logs: 0 bytes not read yet, 0 bytes read and not delivered; Fluent Bit does not run', isBad: true },
    { text: 'logs: 3 records dropped', isBad: true },
  ]);
});

/** What a sidecar told before it told of its counters and its budget. */
const older = {
  component: 'standpipe-metrics',
  version: '0.0.9',
  revision: 'r0',
  configuration: { generation: 'g', loaded: true, problems: [] },
  environment: { problems: [] },
  taps: [{ name: 'http', listen: 8080, app: 18080, protocol: 'http', listening: true, openConnections: 2 }],
  targets: [],
};

test('the status of an older sidecar is read, and what is none is not', () => {
  const status = readSidecarStatus(JSON.stringify(older));
  expect(status === undefined ? [] : sidecarLines(status, '').map(({ text }) => text)).toEqual([
    'standpipe-metrics 0.0.9, revision r0, configuration g',
    'port http: 8080 to 18080, 2 connections open',
  ]);
  for (const body of ['', 'hello', '{}', 'null', '[]', JSON.stringify({ ...older, series: { shown: 1 } })]) {
    expect(readSidecarStatus(body)).toBeUndefined();
  }
});
