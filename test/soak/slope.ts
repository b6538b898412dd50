/** A straight line through measurements. */
export interface Slope {
  /** How much the value grows in an hour. */
  readonly perHour: number;
  /** The standard error of that. */
  readonly error: number;
  readonly samples: number;
}

/** One measurement: seconds since the start, and the value. */
export type Point = readonly [seconds: number, value: number];

/** Fits a line by least squares. With fewer than three points nothing can be said, and the error is infinite. */
export function slopeOf(points: readonly Point[]): Slope {
  const samples = points.length;
  if (samples < 3) return { perHour: 0, error: Number.POSITIVE_INFINITY, samples };
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / samples;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [seconds]) => sum + (seconds - x) ** 2, 0);
  const slope = points.reduce((sum, [seconds, value]) => sum + (seconds - x) * (value - y), 0) / spread;
  const residue = points.reduce((sum, [seconds, value]) => sum + (value - y - slope * (seconds - x)) ** 2, 0);
  const error = Math.sqrt(residue / (samples - 2) / spread);
  return { perHour: slope * 3600, error: error * 3600, samples };
}
