import { durationBounds, seriesOf } from './histogram.ts';

/**
 * How many rows the inbound histogram may have, over all ports. At most half of the page's series are its own, so that a
 * service with many routes still has room for the app's metrics. A quarter of the rows is kept for overflow, so that
 * requests of routes without a row keep their method and status for as long as possible.
 */
export class RowBudget {
  private limit: number;
  private rows = 0;

  constructor(maxSeries: number) {
    this.limit = rowsFor(maxSeries);
  }

  /** Takes up another budget. Rows that are there already stay. */
  resize(maxSeries: number): void {
    this.limit = rowsFor(maxSeries);
  }

  /** Takes a row for a route of its own; false if there is none left. */
  takeRow(): boolean {
    return this.take(Math.floor((this.limit * 3) / 4));
  }

  /** Takes a row for the overflow of one method and status; false if there is none left. */
  takeOverflowRow(): boolean {
    return this.take(this.limit);
  }

  private take(limit: number): boolean {
    if (this.rows >= limit) return false;
    this.rows += 1;
    return true;
  }
}

function rowsFor(maxSeries: number): number {
  return Math.max(4, Math.floor(maxSeries / 2 / seriesOf(durationBounds)));
}
