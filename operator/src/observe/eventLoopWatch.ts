import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Cancel, type Clock, systemClock } from '../kube/clock.ts';

/** The length of one window, in milliseconds. */
const windowMs = 15_000;

/** Above this, a process does not do its work, in milliseconds. Whoever leads has lost the lead by then. */
const hopelessMs = 10_000;

/**
 * Measures for how long the event loop was held up at most. A stall is remembered for one to two windows, long enough to
 * be seen by whoever asks for metrics or liveness four times a minute.
 */
export class EventLoopWatch {
  readonly #clock: Clock;
  readonly #histogram: ReturnType<typeof monitorEventLoopDelay>;
  #beforeMs = 0;
  #cancel: Cancel = () => undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#histogram = monitorEventLoopDelay({ resolution: 20 });
  }

  /** Measures until `stop` is called. */
  start(): void {
    this.#histogram.enable();
    this.#next();
  }

  stop(): void {
    this.#histogram.disable();
    this.#cancel();
  }

  /** The longest delay of the present window and the one before, in milliseconds. */
  get longestMs(): number {
    return Math.max(this.#beforeMs, this.#histogram.max / 1e6);
  }

  /** For the probe of liveness. */
  readonly works = (): boolean => this.longestMs < hopelessMs;

  #next(): void {
    this.#cancel = this.#clock.schedule(windowMs, () => {
      this.#beforeMs = this.#histogram.max / 1e6;
      this.#histogram.reset();
      this.#next();
    });
  }
}
