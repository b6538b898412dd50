import { counter, type Drawn, type Family, gauge, type Series } from '../../../common/src/family.ts';
import type { PortTap } from '../tap/port-tap.ts';
import { type Histogram, seriesOf } from './histogram.ts';
import { HistogramLines } from './histogram-lines.ts';
import type { ExchangeMetrics, PortMetrics } from './port-metrics.ts';
import { DrawnRows } from './row.ts';

/** A tap and what was counted on it. */
export interface MeasuredTap {
  readonly tap: PortTap;
  readonly metrics: PortMetrics;
}

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
    ...exchangeFamilies(
      'http_server_request',
      { duration: 'Time from the head of a request to the last byte of its response.', what: 'requests' },
      taps.map(({ tap, metrics }) => [tap.port.name, metrics.http]),
    ),
    ...exchangeFamilies(
      'rpc_server',
      { duration: 'Time from the head of a gRPC call to its status.', what: 'gRPC calls' },
      taps.map(({ tap, metrics }) => [tap.port.name, metrics.grpc]),
    ),
    gauge(
      'http_server_active_requests',
      'Requests being answered now.',
      ...perPort(({ metrics }) => metrics.http.active),
    ),
    gauge('rpc_server_active_calls', 'gRPC calls going on now.', ...perPort(({ metrics }) => metrics.grpc.active)),
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
      'standpipe_tap_overflow_example',
      'Values that there was no room for: mostly they say at once which paths make too many routes.',
      ...taps.flatMap(overflowExamples),
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
export function overflows({ metrics }: MeasuredTap): ReadonlyMap<string, number> {
  return new Map(
    [metrics.http.table, metrics.grpc.table].flatMap(({ kind, overflow }) => [
      [kind.overflowLabels[0], overflow.name] as const,
      [kind.overflowLabels[1], overflow.detail] as const,
    ]),
  );
}

function overflowExamples(measured: MeasuredTap): readonly Series[] {
  const { name } = measured.tap.port;
  return examplesOf(measured).map(([label, example]): Series => [1, { port: name, label, example }]);
}

/** Values that there was no room for, with their label. */
export function examplesOf({ metrics }: MeasuredTap): readonly (readonly [label: string, example: string])[] {
  return [metrics.http.table, metrics.grpc.table].flatMap(({ kind, overflowExamples }) =>
    overflowExamples.map((example) => [kind.overflowLabels[0], example] as const),
  );
}

type Exchanges = readonly (readonly [port: string, metrics: ExchangeMetrics])[];

/** The histograms of one kind of exchanges: their time by what they were, and their content by port. */
function exchangeFamilies(
  prefix: 'http_server_request' | 'rpc_server',
  { duration, what }: { readonly duration: string; readonly what: string },
  exchanges: Exchanges,
): readonly Family[] {
  const rows = exchanges.flatMap(([, { table }]) => table.rows);
  const widest = exchanges[0]?.[1].table.kind.overflowLabels[0] ?? '';
  const [request, response] =
    prefix === 'rpc_server'
      ? ['rpc_server_request_size_bytes', 'rpc_server_response_size_bytes']
      : ['http_server_request_body_size_bytes', 'http_server_response_body_size_bytes'];
  const name = `${prefix}_duration_seconds`;
  const drawn = new DrawnRows(name, rows, widest);
  return [
    { name, type: 'histogram', help: duration, unit: 'seconds', samples: [], drawn },
    sizes(request, `Content of ${what}.`, exchanges, (metrics) => metrics.requestSizes),
    sizes(response, `Content of the responses to ${what}.`, exchanges, (metrics) => metrics.responseSizes),
  ];
}

/** Sizes of content, of the ports on which there was such an exchange. */
function sizes(name: string, help: string, exchanges: Exchanges, of: (metrics: ExchangeMetrics) => Histogram): Family {
  const seen = exchanges.filter(([, { table }]) => table.rows.length > 0);
  const histograms = seen.map(([port, metrics]) => ({ port, histogram: of(metrics) }));
  const drawn: Drawn = {
    series: histograms.reduce((sum, { histogram }) => sum + seriesOf(histogram.bounds), 0),
    widestLabel: 'port',
    *lines(format) {
      for (const { port, histogram } of histograms)
        yield new HistogramLines(name, [['port', port]], histogram).text(format);
    },
  };
  return { name, type: 'histogram', help, unit: 'bytes', samples: [], drawn };
}
