/** Lets a bounded number of lines through in each span of time, and says afterwards how many it held back. */
export interface Throttle<T> {
  take(value: T): void;
}

/** What is let through and when. */
export interface ThrottleOptions<T> {
  readonly most: number;
  readonly spanMs: number;
  readonly pass: (value: T) => void;
  /** Called with the number of values held back, when the next span begins. */
  readonly heldBack: (count: number) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** Makes a throttle. */
export function createThrottle<T>(options: ThrottleOptions<T>): Throttle<T> {
  const { most, spanMs, pass, heldBack, now = () => performance.now() } = options;
  let spanEnds = Number.NEGATIVE_INFINITY;
  let passed = 0;
  let held = 0;
  return {
    take(value) {
      if (now() >= spanEnds) {
        if (held > 0) heldBack(held);
        spanEnds = now() + spanMs;
        passed = 0;
        held = 0;
      }
      if (passed >= most) {
        held += 1;
        return;
      }
      passed += 1;
      pass(value);
    },
  };
}
