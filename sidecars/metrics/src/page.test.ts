import { expect, test } from 'vitest';
import { ask, keepAlive } from './tap/testing/world.ts';
import { configure, freePorts, get, metrics, serve, start, startup, status, world } from './testing/sidecar.ts';

test('counts inbound requests and merges the pages of the app and of the logs sidecar', async () => {
  const logsPage = '# TYPE standpipe_logs_lines_total counter\nstandpipe_logs_lines_total 5\n';
  await serve((_, response) => response.end(logsPage), world.ports.logs);
  start();
  await startup(200);
  const agent = keepAlive();
  await Promise.all(Array.from({ length: 40 }, (_, i) => ask({ port: world.ports.tap, path: `/items/${i}`, agent })));
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
  await ask({ port: world.ports.tap, path: '/traced', headers });
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
  await configure({
    scrape: [{ name: 'good', port: world.appPort, path: '/metrics' }, ...others],
    scrapeTimeoutMs: 200,
  });
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
  world.appPage = `# TYPE hostile gauge\n${lines.join('\n')}\nfine 1\n`;
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
  expect(await ask({ port: world.ports.tap, path: '/' })).toMatchObject({ status: 200 });
});

test('tells in its status which routes had no room', async () => {
  await configure({ maxSeries: 60 });
  start();
  await startup(200);
  expect((await status()).series).toBeNull();
  const agent = keepAlive();
  for (const letter of 'abcdefgh') await ask({ port: world.ports.tap, path: `/${letter}`, agent });
  agent.destroy();
  const overflow = [{ label: 'http_route', requests: 5, examples: ['/d', '/e', '/f'] }];
  expect((await status()).taps).toMatchObject([{ overflow }]);
});
