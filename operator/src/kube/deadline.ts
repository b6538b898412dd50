/**
 * A signal that aborts after a time, or with another signal. Unlike `AbortSignal.any`, it leaves nothing behind in the
 * other signal, which may live as long as the process.
 */
import type { Cancel, Clock } from './clock.ts';

export class Deadline {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal | undefined;
  readonly #cancel: Cancel;
  readonly #forward = (): void => this.#controller.abort(this.#parent?.reason);
  #expired = false;

  /** Begins to count at once. Call `release` when it is not needed any more. */
  constructor(clock: Clock, ms: number, parent?: AbortSignal) {
    this.#parent = parent;
    this.#cancel = clock.schedule(ms, () => {
      this.#expired = true;
      this.#controller.abort(new Error(`Not done after ${ms} ms`));
    });
    if (parent?.aborted) this.#forward();
    else parent?.addEventListener('abort', this.#forward);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the time ran out before `met` or `release` was called. */
  get expired(): boolean {
    return this.#expired;
  }

  /** The time is not counted any more; the parent still aborts the signal. */
  met(): void {
    this.#cancel();
  }

  /** Neither the time nor the parent aborts the signal any more. */
  release(): void {
    this.#cancel();
    this.#parent?.removeEventListener('abort', this.#forward);
  }
}
