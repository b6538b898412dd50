import { formatValue } from '../../../common/src/family.ts';
import type { Exchange, ExchangeObserver } from '../tap/exchange.ts';
import { increment } from '../tap/tap-counters.ts';
import { exemplarLabels } from '../tap/trace.ts';
import { Histogram, sizeBounds } from './histogram.ts';
import type { RouteTable } from './route-table.ts';
import type { RowBudget } from './row-budget.ts';
import { grpcRows, httpRows } from './row-kind.ts';
import { RowTable } from './row-table.ts';

/** What is counted of HTTP requests, and what of gRPC calls. */
export class ExchangeMetrics {
  /** Exchanges that go on now. */
  active = 0;
  /** Content of those that have ended in peace, in bytes. */
  readonly requestSizes = new Histogram(sizeBounds);
  readonly responseSizes = new Histogram(sizeBounds);
  readonly table: RowTable;

  constructor(table: RowTable) {
    this.table = table;
  }

  /** Counts one that has ended in peace. */
  observe(exchange: Exchange): void {
    observeTraced(this.table.rowOf(exchange).histogram, exchange);
    this.requestSizes.observe(exchange.requestBytes);
    this.responseSizes.observe(exchange.responseBytes);
  }
}

/** An exemplar stands this long, in milliseconds: a scrape sees one of many, and making each would cost every request. */
const exemplarMs = 1000;

function observeTraced(histogram: Histogram, { durationSeconds, startedMs, traceparent }: Exchange): void {
  const bucket = histogram.observe(durationSeconds);
  if (traceparent === '' || startedMs - histogram.exemplarAtMs < exemplarMs) return;
  const labels = exemplarLabels(traceparent);
  if (labels === undefined) return;
  histogram.exemplarAtMs = startedMs;
  const exemplar = { labels, value: formatValue(durationSeconds), timestampMs: Date.now() };
  histogram.exemplar = { bucket, exemplar };
}

/** Counts the exchanges of one port. Probes are counted apart from all others. */
export class PortMetrics implements ExchangeObserver {
  readonly http: ExchangeMetrics;
  readonly grpc: ExchangeMetrics;
  /** Exchanges whose response was not seen to its end. */
  abandonedRequests = 0;
  /** Answers to the kubelet's probes over HTTP, by status. */
  readonly probes = new Map<number, number>();

  constructor(port: string, routes: RouteTable, budget: RowBudget) {
    this.http = new ExchangeMetrics(new RowTable(httpRows(routes), port, budget));
    this.grpc = new ExchangeMetrics(new RowTable(grpcRows, port, budget));
  }

  started(exchange: Exchange): void {
    if (!exchange.probe) this.metricsOf(exchange).active += 1;
  }

  ended(exchange: Exchange): void {
    if (exchange.probe) {
      if (!exchange.aborted) increment(this.probes, exchange.status);
      return;
    }
    const metrics = this.metricsOf(exchange);
    metrics.active -= 1;
    if (exchange.aborted) this.abandonedRequests += 1;
    else metrics.observe(exchange);
  }

  private metricsOf({ protocol }: Exchange): ExchangeMetrics {
    return protocol === 'grpc' ? this.grpc : this.http;
  }
}
