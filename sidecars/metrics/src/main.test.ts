import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allowanceFor, PageParser } from './exposition/page-parser.ts';
import { ask, keepAlive, listen, rawClient, rawServer, until } from './tap/testing/world.ts';

let folder = '';
let appPort = 0;
let appPage = '';
let child: ChildProcess;
let ports = { tap: 0, page: 0, logs: 0 };
const servers: Server[] = [];

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const held = Array.from({ length: count }, () => rawServer(() => {}));
  const numbers = await Promise.all(held.map((server) => listen(server)));
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return numbers;
}

async function configure(change: object = {}): Promise<void> {
  const scrape = [{ name: 'http', port: appPort, path: '/metrics' }];
  const config = { generation: 'g1', maxSeries: 2000, scrape, scrapeTimeoutMs: 500, ...change };
  await writeFile(join(folder, 'metrics.json'), JSON.stringify(config));
}

async function serve(answer: Parameters<typeof createServer>[1]): Promise<[Server, number]> {
  const server = createServer(answer);
  servers.push(server);
  return [server, await listen(server)];
}

function start(env: Record<string, string> = {}): void {
  const taps = [{ name: 'http', listen: ports.tap, app: appPort, protocol: 'http' }];
  child = spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      POD_IPS: '127.0.0.1',
      POD_NAME: 'pod-1',
      STANDPIPE_REVISION: 'r1',
      STANDPIPE_TAPS: JSON.stringify(taps),
      STANDPIPE_CONFIG_FILE: join(folder, 'metrics.json'),
      STANDPIPE_PAGE_PORT: String(ports.page),
      STANDPIPE_LOGS_PAGE_PORT: String(ports.logs),
      STANDPIPE_LISTEN_HOSTS: '127.0.0.1',
      ...env,
    },
  });
}

const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${ports.page}${path}`, { headers });

/** What a test reads of `/status`. */
interface Status {
  readonly configuration: { readonly generation: string; readonly problems: readonly string[] };
  readonly environment: { readonly problems: readonly string[] };
  readonly targets: readonly { readonly name: string; readonly problem?: string }[];
  readonly taps: readonly object[];
  readonly series: object | null;
}

const status = async () => (await (await get('/status')).json()) as Status;
const answers = async (path: string, wanted: number) => (await get(path).catch(() => undefined))?.status === wanted;
const startup = (wanted: number) => expect.poll(() => answers('/startup', wanted), { timeout: 60_000 }).toBe(true);

/** The page as `name{labels}` and value; fails on anything that is not a proper page. */
async function metrics(): Promise<Record<string, string>> {
  const parser = new PageParser('text', allowanceFor(100_000));
  parser.push(await (await get('/metrics')).text());
  const { families, skippedLines } = parser.end();
  expect(skippedLines).toBe(0);
  const samples = families.flatMap((family) => family.samples);
  const text = (labels: readonly (readonly string[])[]) => labels.map(([name, value]) => `${name}=${value}`).join(',');
  return Object.fromEntries(samples.map((each) => [`${each.name}{${text(each.labels)}}`, each.value]));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standpipe-metrics-'));
  appPage = '# TYPE jobs_total counter\njobs_total{kind="a"} 7\n';
  [, appPort] = await serve((request, response) => {
    if (request.url === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(appPage);
    else response.end('hello');
  });
  const [tap = 0, page = 0, logsPort = 0] = await freePorts(3);
  ports = { tap, page, logs: logsPort };
  await configure();
});

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

test('counts inbound requests and merges the pages of the app and of the logs sidecar', async () => {
  const logs = createServer((_, response) =>
    response.end('# TYPE standpipe_logs_lines_total counter\nstandpipe_logs_lines_total 5\n'),
  );
  servers.push(logs);
  await listen(logs, ports.logs);
  start();
  await startup(200);
  const agent = keepAlive();
  await Promise.all(Array.from({ length: 40 }, (_, i) => ask({ port: ports.tap, path: `/items/${i}`, agent })));
  agent.destroy();
  const page = await metrics();
  const labels = 'port=http,http_request_method=GET,http_route=/items/{id},http_response_status_code=200';
  expect(page).toMatchObject({
    [`http_server_request_duration_seconds_count{${labels}}`]: '40',
    [`http_server_request_duration_seconds_bucket{${labels},le=+Inf}`]: '40',
    'http_server_active_requests{port=http}': '0',
    'jobs_total{kind=a}': '7',
    'standpipe_logs_lines_total{}': '5',
    'standpipe_scrape_target_up{target=http}': '1',
    'standpipe_scrape_target_up{target=standpipe-logs}': '1',
    'standpipe_tap_read_path{path=fast}': '1',
    'standpipe_metrics_uncaught_errors_total{}': '0',
    'standpipe_page_series{}': String(Object.keys(page).length),
  });
  expect(await status()).toMatchObject({
    revision: 'r1',
    pod: 'pod-1',
    configuration: { generation: 'g1', loaded: true, problems: [] },
    readPath: { path: 'fast' },
    taps: [{ name: 'http', listening: true, connections: 4, opaque: {}, failed: {}, overflow: [] }],
    targets: [
      { name: 'http', up: true },
      { name: 'standpipe-logs', up: true },
    ],
  });
});

test('answers in the format that the reader asks for', async () => {
  start();
  await startup(200);
  const page = await get('/metrics', { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' });
  expect(page.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  const text = await page.text();
  expect(text).toContain('# TYPE jobs counter\njobs_total{kind="a"} 7\n');
  expect(text).toMatch(/\n# EOF\n$/);
});

test('shows the trace of a request to readers of OpenMetrics', async () => {
  start();
  await startup(200);
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  await ask({ port: ports.tap, path: '/traced', headers });
  const page = async (accept: string) => (await get('/metrics', { accept })).text();
  expect(await page('application/openmetrics-text;version=1.0.0')).toMatch(
    new RegExp(`http_route="/traced".*le="[^"]+"} 1 # {trace_id="${trace}",span_id="00f067aa0ba902b7"} `),
  );
  expect(await page('text/plain')).not.toContain(trace);
});

test('gives its page whatever a target does', async () => {
  const [, slow] = await serve(() => {});
  const [, html] = await serve((_, response) => response.end('<html>no metrics</html>'));
  const [, broken] = await serve((_, response) => response.writeHead(500).end('x 1'));
  const [, cut] = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('x 1\n', () => response.destroy());
  });
  const [down = 0] = await freePorts(1);
  const others = Object.entries({ slow, html, broken, cut, down }).map(([name, port]) => ({ name, port, path: '/' }));
  await configure({ scrape: [{ name: 'good', port: appPort, path: '/metrics' }, ...others], scrapeTimeoutMs: 200 });
  start();
  await startup(200);
  const page = await metrics();
  const up = [['good', 1], ...Object.keys({ slow, html, broken, cut, down }).map((name) => [name, 0])];
  for (const [name, value] of up) expect(page[`standpipe_scrape_target_up{target=${name}}`]).toBe(String(value));
  expect(page['jobs_total{kind=a,target=good}']).toBe('7');
  const problems = (await status()).targets.map(({ name, problem }) => `${name}: ${problem}`);
  expect(problems).toEqual([
    'good: undefined',
    'slow: no whole answer within 200 ms',
    'html: no line of the page is a metric',
    'broken: the target answers with status 500',
    expect.stringMatching(/^cut: aborted/),
    expect.stringMatching(/^down: .*ECONNREFUSED/),
  ]);
});

test('cuts a hostile page of 50 000 series by the budget and goes on forwarding', async () => {
  const user = (i: number) => (i === 0 ? `\\n\u001b[31m${'u'.repeat(500)}` : i);
  const lines = Array.from({ length: 50_000 }, (_, i) => `hostile{user="${user(i)}"} 1`);
  appPage = `# TYPE hostile gauge\n${lines.join('\n')}\nfine 1\n`;
  await configure({ maxSeries: 500, scrapeTimeoutMs: 20_000 });
  start();
  await startup(200);
  const page = await metrics();
  expect(Object.keys(page).length).toBeLessThanOrEqual(500);
  expect(page).toMatchObject({
    'fine{}': '1',
    'standpipe_page_series_not_shown{family=hostile,label=user}': '50000',
    'standpipe_scrape_target_series{target=http}': '50001',
  });
  const told = await (await get('/status')).text();
  expect(told.length).toBeLessThan(8_000);
  expect(told).not.toContain('\u001b');
  expect(JSON.parse(told)).toMatchObject({
    series: {
      shown: Object.keys(page).length,
      budget: 500,
      notShown: [
        {
          family: 'hostile',
          label: 'user',
          series: 50_000,
          examples: [expect.stringMatching(/^\n.\[31mu{34}$/), '1', '2'],
        },
      ],
    },
  });
  expect(await ask({ port: ports.tap, path: '/' })).toMatchObject({ status: 200 });
});

test('tells in its status which routes had no room', async () => {
  await configure({ maxSeries: 60 });
  start();
  await startup(200);
  expect((await status()).series).toBeNull();
  const agent = keepAlive();
  for (const letter of 'abcdefgh') await ask({ port: ports.tap, path: `/${letter}`, agent });
  agent.destroy();
  const overflow = [{ label: 'http_route', requests: 5, examples: ['/d', '/e', '/f'] }];
  expect((await status()).taps).toMatchObject([{ overflow }]);
});

test('takes up a changed configuration without losing a connection, and keeps it while the next is broken', async () => {
  start();
  await startup(200);
  const client = rawClient(ports.tap);
  const answered = async (count: number) => {
    client.socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => client.text().split('HTTP/1.1 200').length === count + 1);
  };
  await answered(1);
  await configure({ generation: 'g2', maxSeries: 300 });
  const generation = async () => (await status()).configuration.generation;
  await expect.poll(generation, { timeout: 5000 }).toBe('g2');
  await writeFile(join(folder, 'metrics.json'), '{"generation":"g3","maxSeries":-1}');
  const problems = async () => (await status()).configuration.problems.join();
  await expect.poll(problems, { timeout: 5000 }).toContain('maxSeries:');
  await answered(2);
  expect(await generation()).toBe('g2');
  expect(await metrics()).toMatchObject({
    'standpipe_metrics_config_valid{}': '0',
    'standpipe_metrics_config_failures_total{}': '1',
    'standpipe_page_max_series{}': '300',
    'standpipe_tap_connections_total{port=http}': '1',
  });
  client.socket.destroy();
});

test('gives requests of connections that come after a change of the configuration the address of their client', async () => {
  const seen: unknown[] = [];
  [, appPort] = await serve((request, response) => {
    seen.push(request.headers['x-forwarded-for']);
    response.end();
  });
  await configure({ forwardedFor: true });
  start();
  await startup(200);
  const [first, second] = [keepAlive(1), keepAlive(1)];
  await ask({ port: ports.tap, agent: first });
  await configure({ generation: 'g2', forwardedFor: false });
  await expect.poll(async () => (await status()).configuration.generation, { timeout: 5000 }).toBe('g2');
  await ask({ port: ports.tap, agent: first });
  await ask({ port: ports.tap, agent: second });
  first.destroy();
  second.destroy();
  expect(seen).toEqual(['127.0.0.1', '127.0.0.1', undefined]);
});

test('says that it has not started while a port is held by someone else, and starts when it is free', async () => {
  const holder = rawServer(() => {});
  await listen(holder, ports.tap);
  start();
  await startup(503);
  expect(await (await get('/startup')).text()).toMatch(/tap http does not listen on port \d+: .*EADDRINUSE/);
  holder.close();
  await startup(200);
});

test('runs with what is right in a wrong environment and says what is wrong', async () => {
  start({ POD_IPS: '', STANDPIPE_MAX_CONNECTIONS: 'many' });
  await startup(503);
  expect((await status()).environment.problems).toEqual([
    expect.stringContaining('POD_IPS'),
    expect.stringContaining('STANDPIPE_MAX_CONNECTIONS'),
  ]);
  expect(child.exitCode).toBeNull();
});

test('ends with code 0 on SIGTERM once the open connections have ended', async () => {
  start();
  await startup(200);
  const client = rawClient(ports.tap);
  client.socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => client.text().includes('hello'));
  child.kill('SIGTERM');
  const knock = () => {
    const { socket, ended } = rawClient(ports.tap);
    socket.on('connect', () => socket.destroy());
    return ended;
  };
  await expect.poll(knock).toBe('ECONNREFUSED');
  client.socket.write('GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(client.text().split('HTTP/1.1 200').length).toBe(3);
});
