/** The model of a page of metrics, shared by what is parsed, merged and written. */

/** Metric types of OpenMetrics 1.0; `unknown` is what text format 0.0.4 calls `untyped`. */
export type FamilyType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'summary'
  | 'unknown'
  | 'info'
  | 'stateset'
  | 'gaugehistogram';

/** A label's name and its value, unescaped. */
export type Label = readonly [name: string, value: string];

/** A trace's trail on a sample. Only OpenMetrics can carry it. */
export interface Exemplar {
  readonly labels: readonly Label[];
  readonly value: string;
  readonly timestampMs?: number;
}

/** One series at one moment. */
export interface Sample {
  /** The full name, with its suffix (`_total`, `_bucket`, ...). */
  readonly name: string;
  readonly labels: readonly Label[];
  /** The number as written, so that nothing is lost on the way through. */
  readonly value: string;
  readonly timestampMs?: number;
  readonly exemplar?: Exemplar;
}

/** A metric with all its series. */
export interface Family {
  /** The name in OpenMetrics terms: a counter's without `_total`, an info's without `_info`. */
  readonly name: string;
  readonly type: FamilyType;
  readonly help?: string;
  readonly unit?: string;
  readonly samples: readonly Sample[];
  /** Series beside the samples, of families that are too large to be made of samples at every scrape. */
  readonly drawn?: Drawn;
}

/** Series that write themselves. */
export interface Drawn {
  /** How many there are. */
  readonly series: number;
  /** The label with the most values among them. */
  readonly widestLabel: string;
  /** Their lines, in parts of some lines each. */
  lines(format: PageFormat): Iterable<string>;
}

/**
 * Formats of a page: Prometheus text 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) and
 * OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/).
 */
export type PageFormat = 'text' | 'openmetrics';

/** A number as both formats write it. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** A sample of ours. */
export function sample(name: string, value: number, labels: Readonly<Record<string, string>> = {}): Sample {
  return { name, labels: Object.entries(labels), value: formatValue(value) };
}

/** A gauge family of ours, of one or more series. */
export function gauge(name: string, help: string, ...series: readonly Series[]): Family {
  return { name, type: 'gauge', help, samples: series.map(([value, labels]) => sample(name, value, labels)) };
}

/** A counter family of ours; `name` stands without `_total`. */
export function counter(name: string, help: string, ...series: readonly Series[]): Family {
  const samples = series.map(([value, labels]) => sample(`${name}_total`, value, labels));
  return { name, type: 'counter', help, samples };
}

/** A value and its labels. */
export type Series = readonly [value: number, labels?: Readonly<Record<string, string>>];
