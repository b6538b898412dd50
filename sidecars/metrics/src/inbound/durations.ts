import type { Label } from '../../../common/src/family.ts';

/**
 * Upper bounds of the buckets in seconds: those that the OpenTelemetry conventions advise for
 * http.server.request.duration (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/).
 */
export const bounds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Series that one row takes on the page: its buckets, the one for all, sum and count. */
export const seriesPerRow = bounds.length + 3;

/** Counts of one bucket each, not cumulated; then those above all bounds; then the sum of seconds. */
export type Durations = Float64Array;

/** One histogram of one combination of labels. */
export interface Row {
  readonly labels: readonly Label[];
  readonly durations: Durations;
}

/** An empty row. */
export function newRow(labels: readonly Label[]): Row {
  return { labels, durations: new Float64Array(bounds.length + 2) };
}

/** Counts one duration. */
export function record({ durations }: Row, seconds: number): void {
  let bucket = 0;
  while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++;
  durations[bucket] = (durations[bucket] ?? 0) + 1;
  durations[bounds.length + 1] = (durations[bounds.length + 1] ?? 0) + seconds;
}

/** How many durations a row holds. */
export function countOf({ durations }: Row): number {
  let count = 0;
  for (let bucket = 0; bucket <= bounds.length; bucket++) count += durations[bucket] ?? 0;
  return count;
}

/** The sum of a row's durations in seconds. */
export function sumOf({ durations }: Row): number {
  return durations[bounds.length + 1] ?? 0;
}
