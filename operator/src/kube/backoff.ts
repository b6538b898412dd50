/**
 * Two ways to wait longer after each failure. Both are random, so that many clients which failed together do not come
 * back together.
 */

/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

/** Bounds of a delay, in milliseconds. */
export interface BackoffBounds {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Decorrelated jitter for one thing that is tried again and again: each delay is drawn between the base and three
 * times the one before, and never exceeds the cap.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export class DecorrelatedBackoff {
  readonly #bounds: BackoffBounds;
  readonly #random: Random;
  #previous: number;

  constructor(bounds: BackoffBounds, random: Random = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
    this.#previous = bounds.baseMs;
  }

  /** The next delay, in milliseconds. */
  next(): number {
    const { baseMs, capMs } = this.#bounds;
    const drawn = baseMs + this.#random() * (this.#previous * 3 - baseMs);
    this.#previous = Math.min(capMs, drawn);
    return this.#previous;
  }

  /** Starts again from the base: call it after something worked. */
  reset(): void {
    this.#previous = this.#bounds.baseMs;
  }
}

/** Exponential delays for many keys, each with its own count of failures and with up to a fifth of jitter on top. */
export class KeyedBackoff {
  readonly #bounds: BackoffBounds;
  readonly #random: Random;
  readonly #failures = new Map<string, number>();

  constructor(bounds: BackoffBounds, random: Random = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** Counts one more failure of the key and returns how long to wait, in milliseconds. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { baseMs, capMs } = this.#bounds;
    // 2 ** 1024 is infinite; the cap makes it harmless, and a zero base would make it NaN.
    const delay = Math.min(capMs, baseMs * 2 ** Math.min(failures, 60));
    return Math.min(capMs, delay * (1 + this.#random() / 5));
  }

  /** How often the key failed in a row. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Forgets the key's failures: call it after it succeeded, or when it is gone. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
