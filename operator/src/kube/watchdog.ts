/** Notices that nothing happens any more. */
import type { Cancel, Clock } from './clock.ts';

/** Calls `bark` once after it was not fed for `patienceMs`. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #bark: () => void;
  #cancel: Cancel;
  #barked = false;

  constructor(clock: Clock, patienceMs: number, bark: () => void) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#bark = () => {
      this.#barked = true;
      bark();
    };
    this.#cancel = clock.schedule(patienceMs, this.#bark);
  }

  get barked(): boolean {
    return this.#barked;
  }

  feed(): void {
    this.#cancel();
    this.#cancel = this.#clock.schedule(this.#patienceMs, this.#bark);
  }

  stop(): void {
    this.#cancel();
  }
}
