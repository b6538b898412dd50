import type { Clock } from '../kube/clock.ts';

/** Remembers keys for a time. What is older goes as others come, so it holds no more than came within that time. */
export class Recently {
  readonly #clock: Clock;
  readonly #forMs: number;
  /** When each is forgotten, in monotonic milliseconds, the soonest first. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, forMs: number) {
    this.#clock = clock;
    this.#forMs = forMs;
  }

  has(key: string): boolean {
    return (this.#until.get(key) ?? 0) > this.#clock.now();
  }

  note(key: string): void {
    const now = this.#clock.now();
    for (const [oldest, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(oldest);
    }
    // Taken out first, so that it stands behind those that are forgotten before it.
    this.#until.delete(key);
    this.#until.set(key, now + this.#forMs);
  }

  /** How many are held. */
  get size(): number {
    return this.#until.size;
  }
}
