import { type Board, lines, type Panel, stat } from './board.ts';

/** All services and the operator. Of services it reads what the recording rules made, so that it stays quick. */

const service = 'microservice_namespace, microservice';
const chosen = 'microservice_namespace=~"$namespace"';
const name = '{{microservice_namespace}}/{{microservice}}';

/** A vector of sidecars, by service. */
const byService = (operator: 'sum' | 'max' | 'count', vector: string): string =>
  `${operator} by (${service}) (${vector} * on (instance, job) group_left (${service}) standpipe_metrics_info{${chosen}})`;
const recorded = (rule: string): string => `sum by (${service}) (microservice:${rule}:rate5m{${chosen}})`;
const requests = recorded('requests');
const errors = recorded('request_errors');
const p95 = `histogram_quantile(0.95, sum by (${service}, le) (microservice:request_duration_seconds_bucket:rate5m{${chosen}}))`;
const rate = (series: string): string => `rate(${series}[$__rate_interval])`;
/** Jobs are called differently everywhere: the operator's own series come from where `standpipe_ready` does. */
const ofOperator = (vector: string): string => `${vector} and on (instance, job) standpipe_ready`;

const services: Panel = {
  kind: 'table',
  title: 'Services',
  description: 'HTTP and gRPC together, over five minutes. The name leads to the service.',
  unit: 'short',
  width: 24,
  queries: [
    { legend: 'pods', expr: `count by (${service}) (standpipe_metrics_info{${chosen}})` },
    { legend: 'requests', unit: 'reqps', expr: requests },
    { legend: 'errors', unit: 'percentunit', expr: `(${errors} or ${requests} * 0) / ${requests}` },
    { legend: 'p95', unit: 's', expr: p95 },
  ],
};

export const fleetBoard: Board = {
  uid: 'standpipe-fleet',
  title: 'Standpipe / fleet',
  description: 'All services, and the operator. Needs the recording rules of standpipe-services.rules.yaml.',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      query: 'label_values(standpipe_metrics_info, microservice_namespace)',
      several: true,
    },
  ],
  rows: [
    {
      title: 'Services',
      panels: [
        services,
        lines('Most errors', 'reqps', { [name]: `topk(10, ${errors})` }),
        lines(
          'Slowest, by p95',
          's',
          { [name]: `topk(10, ${p95})` },
          { description: 'gRPC streams count as one long call.' },
        ),
      ],
    },
    {
      title: 'Operator',
      panels: [
        stat('Leaders', 'short', 'sum(leader_election_master_status{name="standpipe-controller"})', {
          description: 'Should be 1.',
        }),
        stat('Controllers ready', 'short', 'sum(standpipe_ready{component="controller"})'),
        stat('Webhooks ready', 'short', 'sum(standpipe_ready{component="webhook"})', {
          description: 'With less than two, pods that start while one restarts are bare.',
        }),
        stat(
          'Certificate ends in',
          'd',
          '(min(standpipe_webhook_certificate_expiry_timestamp_seconds) - time()) / 86400',
          {
            description: 'Renewed 30 days before its end.',
          },
        ),
        stat('Pods without their sidecars', 'short', `sum(standpipe_pods{state="missing", ${chosen}})`, { redFrom: 1 }),
        stat('Pods with earlier sidecars', 'short', `sum(standpipe_pods{state="stale", ${chosen}})`, { redFrom: 1 }),
        lines(
          'Pods by state',
          'short',
          { '{{state}}': `sum by (state) (standpipe_pods{${chosen}})` },
          {
            description: 'Stale ones are injected too, with an earlier revision. Skipped ones are bare for a reason.',
          },
        ),
        lines('Webhook by verdict', 'ops', {
          '{{verdict}} ({{reason}})': `sum by (verdict, reason) (${rate('standpipe_injection_total')})`,
        }),
        lines('Reconciliations that fail', 'ops', {
          '{{controller}}': `sum by (controller) (${ofOperator(rate('controller_runtime_reconcile_errors_total'))})`,
        }),
        lines(
          'Trial pods by result',
          'ops',
          { '{{result}}': `sum by (result) (${rate('standpipe_webhook_canary_total')})` },
          {
            description:
              'One a minute, as a dry run. If they come back bare, or in error, the API server does not reach the webhook.',
          },
        ),
        lines(
          'Admission, p99',
          's',
          {
            p99: `histogram_quantile(0.99, sum by (le) (${rate('standpipe_admission_duration_seconds_bucket')}))`,
          },
          { description: 'Within the webhook. The API server waits for at most 3 seconds.' },
        ),
        lines('Waiting keys', 'short', { '{{name}}': `sum by (name) (${ofOperator('workqueue_depth')})` }),
        lines('Watches that broke', 'ops', {
          '{{kind}} ({{reason}})': `sum by (kind, reason) (${rate('standpipe_watch_restarts_total{reason!="closed"}')})`,
        }),
        lines(
          'Longest hold-up of a process',
          's',
          { '{{instance}}': `max by (instance) (${ofOperator('nodejs_eventloop_lag_max_seconds')})` },
          {
            description: 'From 10 seconds on, a process is not alive any more.',
          },
        ),
      ],
    },
    {
      title: 'Series',
      panels: [
        lines('Requests counted with less detail, by service', 'reqps', {
          [name]: byService('sum', rate('standpipe_tap_overflow_requests_total')),
        }),
        lines('Series not shown, by service', 'short', { [name]: byService('sum', 'standpipe_page_series_not_shown') }),
      ],
    },
    {
      title: 'Logs',
      panels: [
        lines(
          'Log backlog by service',
          'bytes',
          {
            [name]: byService('sum', '(standpipe_logs_unread_bytes + standpipe_logs_chunk_bytes)'),
          },
          { description: 'Not read, and read and not delivered.' },
        ),
        lines(
          'Oldest record that waits, by service',
          's',
          { [name]: byService('max', 'standpipe_logs_oldest_chunk_seconds') },
          {
            description: 'If many grow together, it is the sink.',
          },
        ),
        lines('Records dropped, by service', 'ops', {
          [name]: byService('sum', rate('standpipe_logs_records_dropped_total')),
        }),
      ],
    },
  ],
};
