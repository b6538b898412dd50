import type { Exemplar } from '../../../common/src/family.ts';

/**
 * Upper bounds of the buckets of durations in seconds: those that the OpenTelemetry conventions advise for
 * http.server.request.duration (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/).
 */
export const durationBounds: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Upper bounds of the buckets of sizes in bytes. The conventions advise none. */
export const sizeBounds: readonly number[] = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/** The series of a histogram on the page: its buckets, the one for all, sum and count. */
export const seriesOf = (bounds: readonly number[]): number => bounds.length + 3;

/** What was observed of one thing, by size. Observing costs some nanoseconds and allocates nothing. */
export class Histogram {
  readonly bounds: readonly number[];
  /** What fell into each bucket, not cumulated; the last is for what is above all bounds. */
  readonly counts: Float64Array;
  sum = 0;
  /** When the latest exemplar was taken, by the clock of its taker; and it, with the bucket that it is of. */
  exemplarAtMs = Number.NEGATIVE_INFINITY;
  exemplar: { readonly bucket: number; readonly exemplar: Exemplar } | undefined = undefined;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Counts a value, and returns its bucket. */
  observe(value: number): number {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.sum += value;
    return bucket;
  }

  /** How many values were observed. */
  get count(): number {
    let count = 0;
    for (const each of this.counts) count += each;
    return count;
  }
}
