/** How many series the page may have at most on the memory that there is. */

/** Heap that the sidecar needs apart from pages: code, connections, rows. Measured with 4096 open connections. */
const heapForTheRest = 24 * 1024 * 1024;

/**
 * Heap for each series of the budget while a page is made: up to twice the budget is read (about 0.4 KB each), and what is
 * shown may be copied once to be relabelled.
 */
const heapPerSeries = 1536;

/** Fewer than this would hide the sidecar's own metrics. */
const leastSeries = 500;

/**
 * The series that a heap of that limit can carry. A budget beyond it would end in the end of the process, and with it of
 * every connection to the app; so the page is cut earlier.
 */
export function affordableSeries(heapLimitBytes: number): number {
  return Math.max(leastSeries, Math.floor((heapLimitBytes - heapForTheRest) / heapPerSeries));
}
