/** A straight line through measurements. */
export interface Slope {
  /** How much the value grows in an hour. */
  readonly perHour: number;
  /** The standard error of that. */
  readonly error: number;
  /** From the first to the last measurement. */
  readonly seconds: number;
}

/** One measurement: seconds since the start, and the value. */
export type Point = readonly [seconds: number, value: number];

/** Fits a line by least squares. With fewer than three points nothing can be said, and the error is infinite. */
export function slopeOf(points: readonly Point[]): Slope {
  const { length } = points;
  const seconds = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  if (length < 3) return { perHour: 0, error: Number.POSITIVE_INFINITY, seconds };
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  const slope = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
  const residue = points.reduce((sum, [at, value]) => sum + (value - y - slope * (at - x)) ** 2, 0);
  const error = Math.sqrt(residue / (length - 2) / spread);
  return { perHour: slope * 3600, error: error * 3600, seconds };
}
