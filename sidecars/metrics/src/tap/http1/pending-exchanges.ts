import type { Exchange, ExchangeObserver } from '../exchange.ts';

/** Requests that wait for their responses, in the order in which they were sent (RFC 9112 section 9.3.2). */
export class PendingExchanges {
  first: Exchange | undefined;
  private last: Exchange | undefined;

  add(exchange: Exchange): void {
    if (this.last === undefined) this.first = exchange;
    else this.last.next = exchange;
    this.last = exchange;
  }

  /** Takes out the first. */
  take(): Exchange | undefined {
    const { first } = this;
    this.first = first?.next;
    if (this.first === undefined) this.last = undefined;
    return first;
  }

  /** Aborts all of them. */
  abort(observer: ExchangeObserver): void {
    for (let each = this.take(); each !== undefined; each = this.take()) each.end(true, observer);
  }
}
