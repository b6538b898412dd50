import { counter, type Family, formatValue, gauge, type Sample, type Series } from '../../../common/src/family.ts';
import type { PortTap } from '../tap/port-tap.ts';
import { bounds, countOf, type Row, sumOf } from './durations.ts';
import type { PortMetrics } from './port-metrics.ts';

/** A tap and what was counted on it. */
export interface MeasuredTap {
  readonly tap: PortTap;
  readonly metrics: PortMetrics;
}

export const durationFamily = 'http_server_request_duration_seconds';
const callDurationFamily = 'rpc_server_duration_seconds';

/** The metrics of inbound traffic. */
export function inboundFamilies(taps: readonly MeasuredTap[]): readonly Family[] {
  const perPort = (value: (measured: MeasuredTap) => number): readonly Series[] =>
    taps.map((measured) => [value(measured), { port: measured.tap.port.name }]);
  const perKey = <K>(label: string, counts: (measured: MeasuredTap) => ReadonlyMap<K, number>): readonly Series[] =>
    taps.flatMap((measured) =>
      [...counts(measured)].map(
        ([key, count]): Series => [count, { port: measured.tap.port.name, [label]: String(key) }],
      ),
    );
  return [
    durations(
      durationFamily,
      'Time from the head of a request to the last byte of its response.',
      taps.flatMap(({ metrics }) => metrics.http.table.rows),
    ),
    durations(
      callDurationFamily,
      'Time from the head of a gRPC call to its status.',
      taps.flatMap(({ metrics }) => metrics.grpc.table.rows),
    ),
    gauge(
      'http_server_active_requests',
      'Requests being answered now.',
      ...perPort(({ metrics }) => metrics.http.active),
    ),
    gauge('rpc_server_active_calls', 'gRPC calls going on now.', ...perPort(({ metrics }) => metrics.grpc.active)),
    counter(
      'standpipe_tap_request_body_bytes',
      'Content of requests and calls that have ended.',
      ...perPort(({ metrics }) => metrics.requestBytes),
    ),
    counter(
      'standpipe_tap_response_body_bytes',
      'Content of their responses.',
      ...perPort(({ metrics }) => metrics.responseBytes),
    ),
    counter(
      'standpipe_tap_abandoned_requests',
      'Requests whose response was not seen to its end: the connection ended or could not be followed any further.',
      ...perPort(({ metrics }) => metrics.abandonedRequests),
    ),
    counter(
      'standpipe_tap_probe_requests',
      'Probes of the kubelet, by status; they are in no other request metric.',
      ...perKey('http_response_status_code', ({ metrics }) => metrics.probes),
    ),
    counter(
      'standpipe_tap_overflow_requests',
      'Requests counted with less detail because the series budget was used up, by the label that lost its value.',
      ...perKey('label', overflows),
    ),
    gauge(
      'standpipe_tap_listening',
      '1 while the tap accepts connections.',
      ...perPort(({ tap }) => Number(tap.listening.listening)),
    ),
    counter('standpipe_tap_connections', 'Connections accepted.', ...perPort(({ tap }) => tap.counters.accepted)),
    gauge('standpipe_tap_open_connections', 'Connections open now.', ...perPort(({ tap }) => tap.counters.open)),
    gauge(
      'standpipe_tap_waiting_connections',
      'Connections that have to wait until others end.',
      ...perPort(({ tap }) => tap.counters.waiting),
    ),
    counter(
      'standpipe_tap_delayed_connections',
      'Connections that had to wait because too many were open.',
      ...perPort(({ tap }) => tap.counters.delayed),
    ),
    counter(
      'standpipe_tap_refused_connections',
      'Connections reset at once because too many were open and waiting.',
      ...perPort(({ tap }) => tap.counters.overLimit),
    ),
    counter(
      'standpipe_tap_connect_failures',
      'Connections that the app did not accept, by error code.',
      ...perKey('code', ({ tap }) => tap.counters.connectFailures),
    ),
    counter(
      'standpipe_tap_broken_connections',
      'Connections ended by an error, by the side that it came from.',
      ...perKey('side', ({ tap }) => new Map(Object.entries(tap.counters.broken))),
    ),
    counter(
      'standpipe_tap_opaque_connections',
      'Connections forwarded without being followed to their end, by reason; counted when they end.',
      ...perKey('reason', ({ tap }) => tap.counters.opaque),
    ),
  ];
}

/** Exchanges that were counted with less detail, by the label that lost its value. */
function overflows({ metrics }: MeasuredTap): ReadonlyMap<string, number> {
  return new Map(
    [metrics.http.table, metrics.grpc.table].flatMap(({ kind, overflow }) => [
      [kind.overflowLabels[0], overflow.name] as const,
      [kind.overflowLabels[1], overflow.detail] as const,
    ]),
  );
}

function durations(name: string, help: string, rows: readonly Row[]): Family {
  return { name, type: 'histogram', help, unit: 'seconds', samples: rows.flatMap((row) => rowSamples(name, row)) };
}

/** Bounds as OpenMetrics wants them: always with a decimal point, so that both formats give the same series. */
const boundTexts: readonly string[] = [
  ...bounds.map((bound) => (Number.isInteger(bound) ? `${bound}.0` : String(bound))),
  '+Inf',
];

function rowSamples(name: string, row: Row): readonly Sample[] {
  const { labels } = row;
  let below = 0;
  const buckets = boundTexts.map((bound, bucket): Sample => {
    below += row.durations[bucket] ?? 0;
    return { name: `${name}_bucket`, labels: [...labels, ['le', bound]], value: formatValue(below) };
  });
  return [
    ...buckets,
    { name: `${name}_sum`, labels, value: formatValue(sumOf(row)) },
    { name: `${name}_count`, labels, value: formatValue(countOf(row)) },
  ];
}
