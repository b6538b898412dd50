/** Waiting times between attempts. */

/** The bounds of an exponential back-off, in milliseconds. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A number in [0, 1): where in the spread a delay falls. */
  readonly random?: () => number;
}

/** A growing delay that starts over after a success. */
export interface Backoff {
  /** The next delay in milliseconds: doubles up to the bound, spread over the upper half so that peers do not align. */
  next(): number;
  reset(): void;
}

/** Makes a back-off that starts at `firstMs` and never exceeds `maxMs`. */
export function createBackoff({ firstMs, maxMs, random = Math.random }: BackoffOptions): Backoff {
  let ceiling = firstMs;
  return {
    next() {
      const delay = ceiling / 2 + (random() * ceiling) / 2;
      ceiling = Math.min(maxMs, ceiling * 2);
      return Math.round(delay);
    },
    reset() {
      ceiling = firstMs;
    },
  };
}
