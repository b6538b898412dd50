/** Connections that are opened in one turn of the event loop: opening one takes longer than forwarding ten requests. */
const perTurn = 16;

/**
 * A bound on the connections that all taps of a process have open. Node cannot leave connections in the kernel's queue, so
 * those over the bound wait here, accepted and unread: to a caller that looks the same. Those of a burst are opened over
 * several turns, or whoever is connected already would wait for all of them.
 */
export class ConnectionLimit {
  private readonly max: number;
  private readonly maxWaiting: number;
  /** Connections that are open, or will be within the next turns. */
  private open = 0;
  /** What opens the connections of a burst, in the order in which they came; then those that are over the bound. */
  private readonly soon = new Set<() => void>();
  private readonly waiting = new Set<() => void>();
  private begunInTurn = 0;
  private turn: NodeJS.Immediate | undefined;

  constructor(max: number, maxWaiting: number) {
    this.max = max;
    this.maxWaiting = maxWaiting;
  }

  /**
   * Calls `begin` now, or soon where many come at once, or later when another connection has ended. Says which; or never,
   * where too many wait.
   */
  admit(begin: () => void): 'now' | 'soon' | 'later' | 'never' {
    if (this.open >= this.max) {
      if (this.waiting.size >= this.maxWaiting) return 'never';
      this.waiting.add(begin);
      return 'later';
    }
    this.open += 1;
    this.turn ??= setImmediate(() => this.nextTurn());
    if (this.begunInTurn >= perTurn) {
      this.soon.add(begin);
      return 'soon';
    }
    this.begunInTurn += 1;
    begin();
    return 'now';
  }

  /** Takes back a `begin` that has not been called. */
  withdraw(begin: () => void): void {
    if (!this.waiting.delete(begin) && this.soon.delete(begin)) this.release();
  }

  /** A connection has ended: the first that waits takes its place. */
  release(): void {
    this.open -= 1;
    for (const begin of this.waiting) {
      this.waiting.delete(begin);
      this.open += 1;
      begin();
      return;
    }
  }

  private nextTurn(): void {
    this.begunInTurn = 0;
    this.turn = undefined;
    for (const begin of this.soon) {
      if (this.begunInTurn >= perTurn) break;
      this.soon.delete(begin);
      this.begunInTurn += 1;
      begin();
    }
    if (this.begunInTurn > 0) this.turn = setImmediate(() => this.nextTurn());
  }
}
