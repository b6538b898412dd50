import { expect, test } from 'vitest';
import { configMaps } from '../kube/builtin.ts';
import { createLog } from './log.ts';
import { OperatorMetrics } from './metrics.ts';

/** A logger and the lines that it has written, parsed. */
function logged(level?: string) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('controller', level, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

test('a line has component, level, time and message, and nothing of the machine', () => {
  const { log, lines } = logged();
  log.info({ namespace: 'shop' }, 'It starts');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      component: 'controller',
      namespace: 'shop',
      msg: 'It starts',
    },
  ]);
});

test('a level below the wanted one is not written', () => {
  const { log, lines } = logged('warn');
  log.info('no');
  log.warn('yes');
  expect(lines.map(({ msg }) => msg)).toEqual(['yes']);
});

test.each([
  ['at the top', (value: unknown) => value],
  ['one level down', (value: unknown) => ({ secret: value })],
  ['two levels down', (value: unknown) => ({ request: { secret: value } })],
  ['in a list', (value: unknown) => ({ secrets: [value] })],
])('values under names that hold secrets are not written: %s', (_, wrap) => {
  const { log, lines } = logged();
  const secret = {
    password: 'hidden',
    token: 'hidden',
    authorization: 'hidden',
    data: { a: 'hidden' },
    stringData: 'hidden',
  };
  log.error(wrap({ ...secret, name: 'shown' }) as object, 'failed');
  const text = JSON.stringify(lines);
  expect(text).not.toContain('hidden');
  expect(text).toContain('shown');
});

test('an error is written with its message', () => {
  const { log, lines } = logged();
  log.error({ err: new Error('the reason') }, 'failed');
  expect(lines).toMatchObject([{ level: 'error', msg: 'failed', err: { message: 'the reason' } }]);
});

/** The samples of a page in the Prometheus text format, and the types of its families. */
function parsePage(text: string) {
  const types: Record<string, string> = {};
  const samples: Record<string, number> = {};
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, name, type] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? [];
    if (name !== undefined) types[name] = type ?? '';
    else if (!line.startsWith('# HELP ')) {
      const [, series, value] = /^(\w+(?:\{(?:\w+="[^"\\\n]*",?)*\})?) (\S+)$/.exec(line) ?? [];
      if (series === undefined) throw new Error(`not in the format: ${line}`);
      samples[series] = Number(value);
    }
  }
  return { types, samples };
}

test('the page of metrics has the names that dashboards know', async () => {
  const metrics = new OperatorMetrics('controller');
  metrics.follow({
    queues: () => ({ microservices: 7 }),
    pods: () => [{ microservice_namespace: 'shop', state: 'missing', count: 2 }],
  });
  metrics.leading('standpipe-controller', true);
  metrics.called('PATCH', '409', 0.1);
  metrics.hooks.tried('bare');
  metrics.hooks.reconciled?.('microservice', 'success', 0.02);
  metrics.hooks.reconciled?.('microservice', 'deadline', 60);
  metrics.hooks.restarted?.(configMaps, 'closed');
  metrics.hooks.repaired?.(configMaps, 3);
  metrics.admitted('injected', 'Tapped', 0.002);
  metrics.admitted('skipped', 'HostNetwork', 0.001);
  metrics.certificateTaken(new Date('2030-01-01T00:00:00Z'));
  const { contentType, text } = await metrics.page(true);
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  const { types, samples } = parsePage(text);
  expect(types).toEqual({
    controller_runtime_reconcile_total: 'counter',
    controller_runtime_reconcile_errors_total: 'counter',
    controller_runtime_reconcile_time_seconds: 'histogram',
    leader_election_master_status: 'gauge',
    rest_client_requests_total: 'counter',
    workqueue_depth: 'gauge',
    standpipe_pods: 'gauge',
    standpipe_ready: 'gauge',
    standpipe_webhook_canary_total: 'counter',
    nodejs_eventloop_lag_max_seconds: 'gauge',
    standpipe_watch_restarts_total: 'counter',
    standpipe_relist_repairs_total: 'counter',
    standpipe_injection_total: 'counter',
    standpipe_admission_duration_seconds: 'histogram',
    standpipe_webhook_certificate_expiry_timestamp_seconds: 'gauge',
  });
  expect(samples).toMatchObject({
    'controller_runtime_reconcile_total{controller="microservice",result="success"}': 1,
    'controller_runtime_reconcile_errors_total{controller="microservice"}': 1,
    'controller_runtime_reconcile_time_seconds_count{controller="microservice"}': 2,
    'leader_election_master_status{name="standpipe-controller"}': 1,
    'rest_client_requests_total{method="PATCH",code="409"}': 1,
    'workqueue_depth{name="microservices"}': 7,
    'standpipe_pods{microservice_namespace="shop",state="missing"}': 2,
    'standpipe_ready{component="controller"}': 1,
    'standpipe_webhook_canary_total{result="bare"}': 1,
    'standpipe_webhook_canary_total{result="injected"}': 0,
    'controller_runtime_reconcile_time_seconds_bucket{le="0.05",controller="microservice"}': 1,
    'standpipe_watch_restarts_total{kind="ConfigMap",reason="closed"}': 1,
    'standpipe_relist_repairs_total{kind="ConfigMap"}': 3,
    'standpipe_injection_total{verdict="injected",reason="Tapped"}': 1,
    'standpipe_injection_total{verdict="skipped",reason="HostNetwork"}': 1,
    standpipe_admission_duration_seconds_count: 2,
    standpipe_webhook_certificate_expiry_timestamp_seconds: 1_893_456_000,
  });
});

test('a process says nothing of what only others know', async () => {
  const metrics = new OperatorMetrics('webhook');
  metrics.follow({ queues: () => ({}), pods: () => [{ microservice_namespace: 'shop', state: 'missing', count: 2 }] });
  const { samples } = parsePage((await metrics.page(false)).text);
  expect(samples).toMatchObject({ 'standpipe_ready{component="webhook"}': 0 });
  const others = /^standpipe_(pods|webhook)|^leader/;
  expect(Object.keys(samples).filter((name) => others.test(name))).toEqual([]);
});
