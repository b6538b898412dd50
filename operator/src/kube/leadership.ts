/** Until when a process may write. Every write looks here, so that one who was asleep cannot go on where it left off. */
import type { Cancel, Clock } from './clock.ts';

/** Asked before each write, and again at the moment in which its bytes are about to leave. */
export interface WriteGate {
  /** @throws NotLeaderError where nothing may be written */
  readonly check: () => void;
}

/** A write was refused here because this process does not lead: nothing was sent. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';

  constructor() {
    super('This process does not lead (any more): it must not write');
  }
}

/**
 * The right to write, which ends by itself unless it is renewed. Durations are monotonic: setting the machine's clock
 * changes nothing, and the time in which a process was stopped counts.
 */
export class Leadership implements WriteGate {
  readonly #clock: Clock;
  readonly #lost: (why: string) => void;
  /** Monotonic milliseconds. */
  #until: number | undefined;
  #over = false;
  #cancel: Cancel = () => undefined;

  /** @param lost told once, and at the first moment at which it can be known, that the right ended by itself */
  constructor(clock: Clock, lost: (why: string) => void) {
    this.#clock = clock;
    this.#lost = lost;
  }

  /** Whether this process may write now. */
  get holds(): boolean {
    this.#expire();
    return this.#until !== undefined;
  }

  readonly check = (): void => {
    if (!this.holds) throw new NotLeaderError();
  };

  /** Grants the right until a monotonic time. One that comes too late is none, nor is one after the right ended. */
  grant(until: number): void {
    this.#expire();
    if (this.#over || until <= this.#clock.now()) return;
    this.#until = until;
    this.#cancel();
    this.#cancel = this.#clock.schedule(until - this.#clock.now(), () => this.#expire());
  }

  /** Gives the right up for good: nothing is written from now on. */
  end(): void {
    this.#cancel();
    this.#until = undefined;
    this.#over = true;
  }

  /** The right went to somebody else. */
  lose(why: string): void {
    if (this.#until === undefined) return;
    this.end();
    this.#lost(why);
  }

  /** After the process was stopped, a write may come up before the timer does. */
  #expire(): void {
    if (this.#until !== undefined && this.#clock.now() >= this.#until) {
      this.lose('the lease could not be renewed in time');
    }
  }
}
