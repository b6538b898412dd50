/**
 * The keys that wait for work. A key waits at most once, is worked on by at most one worker, and comes back after
 * `done` if it was added meanwhile, so no change is missed and none is worked on twice at the same time.
 */
import { type BackoffBounds, KeyedBackoff, type Random } from './backoff.ts';
import { type Cancel, type Clock, systemClock } from './clock.ts';
import { FairQueue } from './fairQueue.ts';
import { parseKey } from './wire.ts';

export interface WorkQueueOptions {
  /** Delays after failures of one key: by default 200 ms, doubling up to five minutes. */
  readonly backoff?: BackoffBounds | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

interface Delayed {
  readonly due: number;
  readonly cancel: Cancel;
}

const defaultBackoff: BackoffBounds = { baseMs: 200, capMs: 300_000 };

export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: KeyedBackoff;
  readonly #ready = new FairQueue<string>();
  readonly #dirty = new Set<string>();
  readonly #working = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new KeyedBackoff(options.backoff ?? defaultBackoff, options.random);
  }

  /** How many keys could be worked on now. */
  get depth(): number {
    return this.#ready.size;
  }

  /** How many keys wait for a time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Adds a key (`namespace/name`), unless it waits already. */
  add(key: string): void {
    if (this.#closed || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#working.has(key)) this.#offer(key);
  }

  /** Adds a key after `ms` milliseconds. Of several times for one key, the earliest holds. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const due = this.#clock.now() + ms;
    const waiting = this.#delayed.get(key);
    if (waiting !== undefined && waiting.due <= due) return;
    waiting?.cancel();
    const cancel = this.#clock.schedule(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /** Adds a key after a delay that doubles with each failure but is at least so long; returns it, in milliseconds. */
  addAfterFailure(key: string, atLeastMs = 0): number {
    const ms = Math.max(atLeastMs, this.#backoff.next(key));
    this.addAfter(key, ms);
    return ms;
  }

  /** How often the key failed in a row. */
  failures(key: string): number {
    return this.#backoff.failures(key);
  }

  /** Forgets the key's failures. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** Resolves with the next key, which the caller must give back by `done`; with undefined once the queue is closed. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const key = this.#ready.shift();
    if (key === undefined) return new Promise((resolve) => this.#takers.push(resolve));
    this.#begin(key);
    return Promise.resolve(key);
  }

  /** Ends the work on a key. */
  done(key: string): void {
    this.#working.delete(key);
    if (this.#dirty.has(key) && !this.#closed) this.#offer(key);
  }

  /** Drops everything that waits; work in progress goes on. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
  }

  #offer(key: string): void {
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#ready.push(parseKey(key).namespace ?? '', key);
      return;
    }
    this.#begin(key);
    taker(key);
  }

  #begin(key: string): void {
    this.#dirty.delete(key);
    this.#working.add(key);
  }
}
