/**
 * A bound on the connections that all taps of a process have open. Node cannot leave connections in the kernel's queue, so
 * those over the bound wait here, accepted and unread: to a caller that looks the same.
 */
export class ConnectionLimit {
  private readonly max: number;
  private readonly maxWaiting: number;
  private open = 0;
  /** What opens each connection that waits, in the order in which they came. */
  private readonly waiting = new Set<() => void>();

  constructor(max: number, maxWaiting: number) {
    this.max = max;
    this.maxWaiting = maxWaiting;
  }

  /** Calls `begin` at once or, in its turn, when another connection has ended. Says which; or that too many wait. */
  admit(begin: () => void): 'now' | 'later' | 'never' {
    if (this.open < this.max) {
      this.open += 1;
      begin();
      return 'now';
    }
    if (this.waiting.size >= this.maxWaiting) return 'never';
    this.waiting.add(begin);
    return 'later';
  }

  /** Takes back a `begin` that has not been called. */
  withdraw(begin: () => void): void {
    this.waiting.delete(begin);
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
}
