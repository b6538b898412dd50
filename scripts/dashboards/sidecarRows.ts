import { lines, type Row, stat } from './board.ts';
import { by, increase, ofService, own, rate, total } from './serviceQueries.ts';

/** How the sidecars of one service are: their connections, their page, and what they use themselves. */
export const sidecarRows: readonly Row[] = [
  {
    title: 'Connections',
    panels: [
      lines('Open and waiting', 'short', {
        'open on {{port}}': by('sum', 'port', 'standpipe_tap_open_connections'),
        'waiting on {{port}}': by('sum', 'port', 'standpipe_tap_waiting_connections'),
      }),
      lines(
        'Fullest pod',
        'percentunit',
        {
          'open, of those allowed': `max(${ofService('sum by (instance, job) (standpipe_tap_open_connections) / on (instance, job) standpipe_tap_max_connections')})`,
        },
        { description: 'At 1, connections wait until others end.' },
      ),
      lines(
        'New connections',
        'cps',
        {
          'accepted on {{port}}': by('sum', 'port', rate('standpipe_tap_connections_total')),
          'delayed on {{port}}': by('sum', 'port', rate('standpipe_tap_delayed_connections_total')),
          'refused on {{port}}': by('sum', 'port', rate('standpipe_tap_refused_connections_total')),
        },
        { description: 'Delayed: too many were open. Refused: too many were waiting, too; callers see a reset.' },
      ),
      lines(
        'Connections that the app did not take',
        'cps',
        {
          '{{code}} on {{port}}': by('sum', 'port, code', rate('standpipe_tap_connect_failures_total')),
        },
        { description: 'ECONNREFUSED: nothing listens at the port that the app is told.' },
      ),
      lines(
        'Opaque connections',
        'cps',
        {
          '{{reason}} on {{port}}': by('sum', 'port, reason', rate('standpipe_tap_opaque_connections_total')),
        },
        {
          description: 'Forwarded without their requests being counted, because they are TLS, upgraded, or no HTTP.',
        },
      ),
      lines(
        'Broken connections',
        'cps',
        {
          'by {{side}} on {{port}}': by('sum', 'port, side', rate('standpipe_tap_broken_connections_total')),
        },
        { description: 'Ended by a reset, by the side that it came from.' },
      ),
    ],
  },
  {
    title: 'Page of metrics',
    panels: [
      lines(
        'Series of the fullest page',
        'short',
        {
          shown: `max(${ofService('standpipe_page_series')})`,
          budget: `min(${ofService('standpipe_page_max_series')})`,
        },
        { description: 'At the budget (metrics.maxSeries), the largest families are left out.' },
      ),
      lines(
        'Series not shown',
        'short',
        {
          '{{family}} ({{label}})': by('max', 'family, label', 'standpipe_page_series_not_shown'),
        },
        { description: 'Families that are left out, and their label with the most values.' },
      ),
      lines(
        'Requests counted with less detail',
        'reqps',
        {
          'without {{label}}': by('sum', 'label', rate('standpipe_tap_overflow_requests_total')),
        },
        { description: 'There was no room for their route or status: declare routes, or raise metrics.maxSeries.' },
      ),
      lines(
        'Pages that can be read',
        'short',
        { '{{target}}': by('sum', 'target', 'standpipe_scrape_target_up') },
        {
          description: "Pods in which the app's page (or that of the log sidecar) gave something usable.",
        },
      ),
    ],
  },
  {
    title: 'Metrics sidecar',
    panels: [
      lines('CPU', 'suffix: cores', {
        '{{instance}}': by('sum', 'instance', rate('standpipe_metrics_cpu_seconds_total')),
      }),
      lines('Memory', 'bytes', { '{{instance}}': by('sum', 'instance', 'standpipe_metrics_resident_memory_bytes') }),
      stat('Pods on the slower read path', 'short', total('standpipe_tap_read_path{path="public"}'), {
        redFrom: 1,
        width: 8,
        description: 'The faster one did not pass its self-test there. It costs CPU time and nothing else.',
      }),
      stat('Pods with a refused configuration', 'short', `count(${own}) - ${total('standpipe_metrics_config_valid')}`, {
        redFrom: 1,
        width: 8,
      }),
      stat('Unexpected errors', 'short', total('standpipe_metrics_uncaught_errors_total'), { redFrom: 1, width: 8 }),
    ],
  },
  {
    title: 'Log sidecar',
    panels: [
      lines(
        'Records',
        'ops',
        {
          read: total(rate('standpipe_logs_records_read_total')),
          delivered: total(rate('standpipe_logs_records_delivered_total')),
          dropped: total(rate('standpipe_logs_records_dropped_total')),
        },
        { description: 'Dropped: the sink refused them for good, or the buffer was full.' },
      ),
      lines(
        'Log backlog',
        'bytes',
        {
          'not read': total('standpipe_logs_unread_bytes'),
          'read and not delivered': total('standpipe_logs_chunk_bytes'),
          'refused for good': total('standpipe_logs_rejected_bytes'),
        },
        { stacked: true },
      ),
      lines(
        'Oldest record that waits',
        's',
        { '{{instance}}': by('max', 'instance', 'standpipe_logs_oldest_chunk_seconds') },
        {
          description: 'If it grows steadily, the sink takes nothing.',
        },
      ),
      lines('Fluent Bit', 'short', {
        'pods where it runs': total('standpipe_logs_up'),
        'times started again': total(increase('standpipe_logs_restarts_total')),
        'pods with a refused configuration': total('standpipe_logs_configuration_refused'),
      }),
    ],
  },
];
