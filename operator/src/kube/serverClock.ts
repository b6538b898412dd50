/** The time of day as the API server has it. */
import { type Cancel, type Clock, systemClock } from './clock.ts';

/** Servers give the second in which they answer (RFC 9110, 6.6.1): on average, half of it is over. */
const halfSecondMs = 500;

/** An answer that took longer says too little about now, in milliseconds. */
const promptMs = 2_000;

/** Smaller differences are the header's own inaccuracy, in milliseconds. */
const toleranceMs = 2_000;

/**
 * A clock whose durations are the machine's, and whose time of day is the API server's, read from its answers. What is
 * written into objects is compared by other processes, on machines whose clocks may be wrong by hours or be set
 * meanwhile: by this, all of them mean the same. Until the first answer it is the machine's own time.
 */
export class ServerClock implements Clock {
  readonly #clock: Clock;
  /** A time of day, in milliseconds since 1970, and the monotonic moment that it was at. */
  #known: { readonly date: number; readonly at: number } | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  schedule(ms: number, action: () => void): Cancel {
    return this.#clock.schedule(ms, action);
  }

  date(): Date {
    if (this.#known === undefined) return this.#clock.date();
    return new Date(this.#known.date + this.#clock.now() - this.#known.at);
  }

  /**
   * Takes the Date header of an answer.
   * @param asked when the request was made, by `now`
   */
  hear(header: string | undefined, asked: number): void {
    const at = this.#clock.now();
    const date = Date.parse(header ?? '') + halfSecondMs;
    if (Number.isNaN(date) || at - asked > promptMs) return;
    if (this.#known !== undefined && Math.abs(this.date().getTime() - date) <= toleranceMs) return;
    this.#known = { date, at };
  }
}
