/** Time as this folder sees it: injected, so that everything that waits can be tested without waiting. */

/** Undoes what was scheduled. Calling it late or twice does nothing. */
export type Cancel = () => void;

/** A source of time. */
export interface Clock {
  /** Monotonic milliseconds: for durations only. */
  now(): number;
  /** The time of day, for what is written into objects. */
  date(): Date;
  /** Runs `action` once after `ms` milliseconds. */
  schedule(ms: number, action: () => void): Cancel;
}

/** Timers take a signed 32-bit number of milliseconds; above it, Node fires them at once. */
const longestTimer = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  schedule: (ms, action) => {
    const timer = setTimeout(action, Math.min(Math.max(ms, 0), longestTimer));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds, or at once when the signal aborts; it never rejects. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.schedule(ms, wake);
    signal.addEventListener('abort', wake);
  });
}

/** Resolves when the signal aborts; it never rejects. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
