/** Works off a queue: a fixed number of workers call the reconcile function for one key after the other. */
import { type Clock, systemClock } from './clock.ts';
import { Deadline } from './deadline.ts';
import { ApiError, isApiError, TerminalError } from './errors.ts';
import { type Log, silentLog } from './log.ts';
import { type ObjectKey, parseKey } from './wire.ts';
import { WorkQueue } from './workqueue.ts';

/** What a reconcile function wants next; nothing means: wait for the next change. */
export interface Result {
  readonly requeueAfterMs?: number | undefined;
}

/**
 * Makes the world match what is declared under the key. It is told a name and no event: it must look at the present
 * state, must do right after any number of missed or repeated calls, and finds the object gone where it was deleted.
 * The signal aborts at the deadline and at shutdown; pass it on to every call. What it throws is tried again later
 * with growing delays, except a TerminalError.
 */
export type Reconcile = (key: ObjectKey, signal: AbortSignal) => Promise<Result>;

/** How one attempt ended. */
export type ReconcileOutcome = 'success' | 'requeue_after' | 'error' | 'terminal_error' | 'deadline';

export interface ReconcileHooks {
  readonly reconciled?: ((loop: string, outcome: ReconcileOutcome, seconds: number) => void) | undefined;
}

export interface ReconcileLoopOptions {
  /** Names the loop in logs and metrics. */
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly queue?: WorkQueue | undefined;
  /** How many keys are worked on at the same time; 4 by default. */
  readonly concurrency?: number | undefined;
  /** How long one attempt may take; a minute by default. */
  readonly deadlineMs?: number | undefined;
  readonly hooks?: ReconcileHooks | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

/** What is forbidden is allowed again by people, at any time, and no event tells of it: it is tried at least this often. */
const forbiddenMs = 30_000;

export class ReconcileLoop {
  readonly queue: WorkQueue;
  readonly #options: ReconcileLoopOptions;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(options: ReconcileLoopOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.queue = options.queue ?? new WorkQueue({ clock: this.#clock });
  }

  /** Runs the workers until the signal aborts, then resolves as soon as the attempts under way have ended. */
  async run(signal: AbortSignal): Promise<void> {
    const close = (): void => this.queue.close();
    if (signal.aborted) close();
    signal.addEventListener('abort', close);
    try {
      await Promise.all(Array.from({ length: this.#options.concurrency ?? 4 }, () => this.#work(signal)));
    } finally {
      signal.removeEventListener('abort', close);
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let key = await this.queue.take(); key !== undefined; key = await this.queue.take()) {
      await this.#attempt(key, signal);
      this.queue.done(key);
    }
  }

  /** An attempt that ignores its signal is waited for: its key must never be worked on twice at a time. */
  async #attempt(key: string, signal: AbortSignal): Promise<void> {
    const { name, reconcile, hooks, deadlineMs = 60_000 } = this.#options;
    const start = this.#clock.now();
    const attempt = new Deadline(this.#clock, deadlineMs, signal);
    let outcome: ReconcileOutcome;
    try {
      outcome = this.#succeeded(key, await reconcile(parseKey(key), attempt.signal));
    } catch (error) {
      if (signal.aborted) return;
      outcome = this.#failed(key, error, attempt.expired);
    } finally {
      attempt.release();
    }
    hooks?.reconciled?.(name, outcome, (this.#clock.now() - start) / 1000);
  }

  #succeeded(key: string, result: Result): ReconcileOutcome {
    this.queue.forget(key);
    if (result.requeueAfterMs === undefined) return 'success';
    this.queue.addAfter(key, result.requeueAfterMs);
    return 'requeue_after';
  }

  #failed(key: string, error: unknown, overdue: boolean): ReconcileOutcome {
    const { name } = this.#options;
    if (error instanceof TerminalError) {
      this.queue.forget(key);
      this.#log.error({ loop: name, key, err: error }, 'Reconciling failed; only a change of the input can help');
      return 'terminal_error';
    }
    const failures = this.queue.failures(key) + 1;
    const askedMs = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
    const growing = Math.round(this.queue.addAfterFailure(key, askedMs));
    const retryInMs = isApiError(error, 'KUBE_FORBIDDEN') ? Math.min(growing, forbiddenMs) : growing;
    // Of several times for one key, the earliest holds.
    this.queue.addAfter(key, retryInMs);
    this.#log.warn({ loop: name, key, failures, retryInMs, err: error }, 'Reconciling failed');
    return overdue ? 'deadline' : 'error';
  }
}
