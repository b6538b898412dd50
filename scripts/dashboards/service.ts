import { type Board, lines, type Panel, stat } from './board.ts';
import { by, ofService, own, quantile, rate, total } from './serviceQueries.ts';
import { sidecarRows } from './sidecarRows.ts';

/** One service: what is asked of it, how it answers, and how its sidecars are. */

// An app may have families of the same names; those carry a label `target`.
const http = 'http_server_request_duration_seconds';
const rpc = 'rpc_server_duration_seconds';
const httpCount = `${http}_count{target=""}`;
const rpcCount = `${rpc}_count{target=""}`;
const httpErrors = `${http}_count{target="", http_response_status_code=~"5.."}`;
const rpcErrors = `${rpc}_count{target="", rpc_grpc_status_code=~"2|4|13|14|15"}`;

/** Without a single error there is no series of errors: that is a share of 0. */
const share = (part: string, whole: string): string =>
  `(${total(rate(part))} or ${total(rate(whole))} * 0) / ${total(rate(whole))}`;

const durations = (title: string, family: string): Panel =>
  lines(
    title,
    's',
    Object.fromEntries(
      [0.5, 0.95, 0.99].map((each) => [`p${each * 100}`, quantile(each, 'le', `${family}_bucket{target=""}`)]),
    ),
    {
      description:
        'From the head of the request to the last byte of the response, as the sidecar sees it. Interpolated within buckets.',
    },
  );

const p95Sizes = (title: string, http: string, rpc: string): Panel =>
  lines(
    title,
    'bytes',
    {
      'HTTP on {{port}}': quantile(0.95, 'port, le', `${http}_bucket{target=""}`),
      'gRPC on {{port}}': quantile(0.95, 'port, le', `${rpc}_bucket{target=""}`),
    },
    {
      description:
        'Content alone, without heads and the framing of chunks and frames. The buckets are powers of ten: read it as an order of magnitude.',
    },
  );

export const serviceBoard: Board = {
  uid: 'standpipe-service',
  title: 'Standpipe / service',
  description: 'One service as its sidecars see it.',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      query: 'label_values(standpipe_metrics_info, microservice_namespace)',
      several: false,
    },
    {
      name: 'microservice',
      label: 'Microservice',
      query: 'label_values(standpipe_metrics_info{microservice_namespace="$namespace"}, microservice)',
      several: false,
    },
    {
      name: 'instance',
      label: 'Pod',
      query:
        'label_values(standpipe_metrics_info{microservice_namespace="$namespace", microservice="$microservice"}, instance)',
      several: true,
    },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        stat('HTTP requests', 'reqps', total(rate(httpCount))),
        stat('HTTP errors', 'percentunit', share(httpErrors, httpCount), {
          redFrom: 0.05,
          description: 'The share of requests that ended with a status from 500 on.',
        }),
        stat('HTTP p95', 's', quantile(0.95, 'le', `${http}_bucket{target=""}`)),
        stat('gRPC calls', 'reqps', total(rate(rpcCount))),
        stat('gRPC errors', 'percentunit', share(rpcErrors, rpcCount), {
          redFrom: 0.05,
          description: 'The share of calls with UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE or DATA_LOSS.',
        }),
        stat('Pods', 'short', `count(${own})`, { description: 'Pods whose sidecar is scraped.' }),
      ],
    },
    {
      title: 'HTTP',
      panels: [
        lines(
          'Requests by route',
          'reqps',
          { '{{http_request_method}} {{http_route}}': by('sum', 'http_request_method, http_route', rate(httpCount)) },
          {
            stacked: true,
            description:
              '_NOT_FOUND are paths that the app does not have, _OVERFLOW those for which there was no room. Probes of the kubelet are not counted.',
          },
        ),
        lines(
          'Requests by class of status',
          'reqps',
          {
            '{{class}}xx': `sum by (class) (label_replace(${ofService(rate(httpCount))}, "class", "$1", "http_response_status_code", "([1-5]).."))`,
          },
          { stacked: true },
        ),
        lines('Errors by route and status', 'reqps', {
          '{{http_request_method}} {{http_route}} {{http_response_status_code}}': by(
            'sum',
            'http_request_method, http_route, http_response_status_code',
            rate(httpErrors),
          ),
        }),
        lines(
          'Share of errors by pod',
          'percentunit',
          {
            '{{instance}}': `${by('sum', 'instance', rate(httpErrors))} / ${by('sum', 'instance', rate(httpCount))}`,
          },
          { description: 'One pod alone is best deleted; pods without an error have no line.' },
        ),
        durations('HTTP durations', http),
        lines('HTTP p95 by route', 's', {
          '{{http_route}}': quantile(0.95, 'http_route, le', `${http}_bucket{target=""}`),
        }),
        lines(
          'In flight',
          'short',
          {
            'HTTP on {{port}}': by('sum', 'port', 'http_server_active_requests{target=""}'),
            'gRPC on {{port}}': by('sum', 'port', 'rpc_server_active_calls{target=""}'),
          },
          {
            description:
              'Requests that are being answered. If this grows and the rate of requests does not, the app gets slower.',
          },
        ),
        lines(
          'Abandoned requests',
          'reqps',
          { '{{port}}': by('sum', 'port', rate('standpipe_tap_abandoned_requests_total')) },
          {
            description:
              'Requests whose response was not seen to its end: the caller went away, or the connection broke. They are in no other panel.',
          },
        ),
      ],
    },
    {
      title: 'gRPC',
      panels: [
        lines(
          'Calls by method and status',
          'reqps',
          {
            '{{rpc_service}}/{{rpc_method}} {{rpc_grpc_status_code}}': by(
              'sum',
              'rpc_service, rpc_method, rpc_grpc_status_code',
              rate(rpcCount),
            ),
          },
          { stacked: true, description: 'By grpc-status: 0 is OK, 5 NOT_FOUND, 13 INTERNAL, 14 UNAVAILABLE.' },
        ),
        durations('gRPC durations', rpc),
      ],
    },
    {
      title: 'Sizes',
      panels: [
        p95Sizes('Requests, p95', 'http_server_request_body_size_bytes', 'rpc_server_request_size_bytes'),
        p95Sizes('Responses, p95', 'http_server_response_body_size_bytes', 'rpc_server_response_size_bytes'),
      ],
    },
    ...sidecarRows,
  ],
};
