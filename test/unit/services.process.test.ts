import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boards } from '../../scripts/generate-dashboards.ts';
import { fluentBit } from '../../sidecars/logs/src/testing/sidecar.ts';
import { run } from '../cluster/command.ts';
import { alertRulesOf, metricsIn, recordingRulesOf } from '../support/alertRules.ts';
import { eventually } from '../support/eventually.ts';
import { grpcHead } from '../support/exampleApp.ts';
import {
  eventuallyIs,
  failures,
  type ObservedServices,
  observeServices,
  ofCramped,
  ordersPage,
  trace,
} from '../support/observedServices.ts';
import { panelQueries } from '../support/panelQueries.ts';
import { prometheusProgram } from '../support/prometheus.ts';

let promtool = '';
let services: ObservedServices;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  promtool = await prometheusProgram('promtool', () => {});
  services = await observeServices(closing);
}, 300_000);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** Waits until each expression has one value, and it is this. */
const holds = (expected: Readonly<Record<string, number>>) => eventuallyIs(services.prometheus, expected);

const mine = 'target="", pod="orders-1"';

test('Prometheus takes the configurations of both ways of scraping', async () => {
  const checked = await run([promtool, 'check', 'config', services.prometheus.configFile]);
  expect(checked).toMatchObject({ code: 0 });
});

test('each pod is one target, with the labels of its way of scraping', async () => {
  await eventually(async () => {
    const up = await services.prometheus.query('up == 1');
    const found = up.map(({ labels: { job, namespace, pod, container } }) => [pod, namespace, job, container]);
    expect(found.sort()).toEqual([
      ['cramped-1', 'shop', 'shop/standpipe.cramped', 'standpipe-metrics'],
      ['orders-1', 'shop', 'standpipe', undefined],
    ]);
  });
});

test('requests are counted exactly, by route and status, apart from what the app counts itself', async () => {
  const count = `http_server_request_duration_seconds_count{${mine}, port="http"`;
  await holds({
    [`${count}, http_request_method="GET", http_route="/items/{id}", http_response_status_code="200"}`]: 160,
    [`${count}, http_request_method="POST", http_route="/items", http_response_status_code="200"}`]: 20,
    [`${count}, http_request_method="GET", http_route="/fail", http_response_status_code="500"}`]: 18,
    [`${count}, http_request_method="GET", http_route="_NOT_FOUND", http_response_status_code="404"}`]: 16,
    [`sum(${count}})`]: 214,
    [`sum(http_server_request_duration_seconds_bucket{${mine}, le="+Inf"})`]: 214,
    [`http_server_request_body_size_bytes_sum{${mine}}`]: 20 * 50,
    [`http_server_request_body_size_bytes_count{${mine}}`]: 214,
    [`http_server_response_body_size_bytes_sum{${mine}}`]: 214 * 100,
    'http_server_request_duration_seconds_count{target="http"}': 1000,
    'jobs_total{kind="a"}': 7,
  });
});

test('calls of gRPC are counted exactly, by method and status, with their sizes', async () => {
  const count = `rpc_server_duration_seconds_count{${mine}, port="grpc"`;
  await holds({
    [`${count}, rpc_service="shop.Orders", rpc_method="Get", rpc_grpc_status_code="0"}`]: 6,
    [`${count}, rpc_service="shop.Orders", rpc_method="Get5", rpc_grpc_status_code="5"}`]: 2,
    [`${count}, rpc_service="shop.Orders", rpc_method="Get14", rpc_grpc_status_code="14"}`]: 2,
    [`${count}, rpc_method="_NOT_FOUND", rpc_grpc_status_code="12"}`]: 2,
    [`sum(${count}})`]: 12,
    [`rpc_server_request_size_bytes_sum{${mine}}`]: 12 * (grpcHead + 20),
    [`rpc_server_response_size_bytes_sum{${mine}}`]: 12 * (grpcHead + 40),
  });
});

test('connections that are not followed, not taken, and counted with less detail are told', async () => {
  await holds({
    'standpipe_tap_opaque_connections_total{pod="orders-1", port="http", reason="tls"}': 2,
    [failures]: 6,
    [ofCramped]: 40,
    'standpipe_page_series_not_shown{pod="cramped-1", family="users", label="name"}': 5000,
  });
});

test('traces of requests are kept as exemplars, so the page was read as OpenMetrics', async () => {
  const now = Date.now() / 1000;
  interface Series {
    readonly seriesLabels: Readonly<Record<string, string>>;
    readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[];
  }
  const found = await services.prometheus.ask<readonly Series[]>('query_exemplars', {
    query: `http_server_request_duration_seconds_bucket{${mine}}`,
    start: String(now - 600),
    end: String(now + 600),
  });
  expect(found.map(({ seriesLabels }) => seriesLabels.http_route)).toContain('/items/{id}');
  expect(found[0]?.exemplars[0]?.labels).toEqual(trace);
});

/** Families that only a log sidecar has. */
const ofLogs = /^standpipe_logs_/;

describe('the rules', () => {
  const ofServices = [...recordingRulesOf('standpipe-services'), ...alertRulesOf('standpipe-services')];

  test('are evaluated without an error', async () => {
    await eventually(async () => {
      const troubled = (await services.prometheus.rules()).filter(({ health }) => health !== 'ok');
      expect(troubled).toEqual([]);
    });
  });

  const needed = [...new Set(ofServices.flatMap(({ expr }) => metricsIn(expr)))];
  /** Waits until Prometheus knows the metrics. */
  const known = (names: readonly string[]) =>
    eventually(async () => {
      const all = await services.prometheus.names();
      expect(names.filter((name) => !all.includes(name))).toEqual([]);
    });

  test('on services read what sidecars export', () => known(needed.filter((name) => !ofLogs.test(name))));

  test.skipIf(fluentBit === undefined)('on logs read what log sidecars export (needs a Fluent Bit program)', () =>
    known(needed.filter((name) => ofLogs.test(name))),
  );

  test('that record something find the services', async () => {
    await eventually(async () => {
      const recorded = await services.prometheus.query(
        'count by (__name__, microservice, protocol) ({__name__=~"microservice:.*"})',
      );
      const names = recorded.map(({ labels }) => `${labels.__name__} ${labels.microservice} ${labels.protocol}`);
      expect(names.sort()).toEqual(
        ['request_duration_seconds_bucket', 'request_errors', 'requests'].flatMap((what) => [
          ...(what === 'request_errors' ? [] : [`microservice:${what}:rate5m cramped http`]),
          `microservice:${what}:rate5m orders grpc`,
          `microservice:${what}:rate5m orders http`,
        ]),
      );
    });
  });

  test('on services see the faults of these two, and no others', async () => {
    await eventually(async () => {
      const alerts = alertRulesOf('standpipe-services').map(({ alert }) => alert);
      const seen = (await services.prometheus.rules()).filter(
        ({ name, state }) => alerts.includes(name) && state !== 'inactive',
      );
      expect(seen.map(({ name }) => name)).toEqual([
        'StandpipeServiceErrors',
        'StandpipeAppRefusesConnections',
        'StandpipeRequestsWithoutDetail',
        'StandpipeSeriesNotShown',
      ]);
    });
  });
});

/** Rows about logs, and those about the operator, which is not here: alerts.api.test.ts asks it. */
const logRows = ['Log sidecar', 'Logs'];
const operatorRows = ['Operator'];

describe.each(boards)('the dashboard $title', (board) => {
  const both = ['orders', 'cramped'].map((microservice) =>
    panelQueries(board, { namespace: 'shop', microservice, instance: '.*', __rate_interval: '1m' }),
  );

  /** Waits until each query of these rows has found something for one of the services. */
  const answered = (isMeant: (row: string) => boolean) =>
    eventually(async () => {
      const empty: string[] = [];
      for (const [place, { row, panel, legend }] of (both[0] ?? []).entries()) {
        if (!isMeant(row)) continue;
        const exprs = both.map((queries) => queries[place]?.expr ?? '');
        const answers = (await Promise.all(exprs.map((expr) => services.prometheus.query(expr)))).flat();
        if (answers.every(({ value }) => Number.isNaN(value))) empty.push(`${panel}: ${legend}`);
      }
      expect(empty).toEqual([]);
    });

  test('gets an answer to each of its queries', () => answered((row) => ![...logRows, ...operatorRows].includes(row)));

  test.skipIf(fluentBit === undefined)('gets one to each about logs (needs a Fluent Bit program)', () =>
    answered((row) => logRows.includes(row)),
  );

  test('fills its variables', async () => {
    for (const { query } of board.variables) {
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      const match = selector.replace('$namespace', 'shop').replace('$microservice', 'orders');
      expect(await services.prometheus.ask(`label/${label}/values`, { 'match[]': match })).not.toEqual([]);
    }
  });
});

describe('promtool finds nothing to complain of', () => {
  /** Its complaints, one a line; those on Fluent Bit's own families are not ours. */
  const complaints = async (input: string) => {
    const { stdout, stderr } = await run([promtool, 'check', 'metrics'], { input });
    return (stdout + stderr).split('\n').filter((line) => line !== '' && !line.startsWith('fluentbit_'));
  };

  test('but on what is wrong', async () => {
    expect(await complaints('# TYPE jobs counter\njobs 1\n')).toEqual([
      'jobs counter metrics should have "_total" suffix',
      'jobs no help text',
    ]);
  });

  test('on the page of a sidecar that nobody has called', async () => {
    expect(await complaints(services.idlePage)).toEqual([]);
  });

  test('on the page of a busy one, merged with the pages of the app and of the log sidecar', async () => {
    expect(await complaints(await services.orders.page())).toEqual([]);
  });

  test('on a page from which families are left out', async () => {
    expect(await complaints(await services.cramped.page())).toEqual([]);
  });
});

test("the app's series end when its page does, and come back with it", async () => {
  const target = 'standpipe_scrape_target_up{pod="orders-1", target="http"}';
  const items = `http_server_request_duration_seconds_count{${mine}, http_route="/items/{id}"}`;
  services.app.page = undefined;
  // Without the mark of staleness, Prometheus would show the last value for another five minutes.
  await holds({ [target]: 0, [items]: 160, 'absent(jobs_total)': 1 });
  services.app.page = ordersPage;
  await holds({ [target]: 1, [items]: 160, jobs_total: 7 });
});
