import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiRequest } from './apiRequest.ts';

/** One request as the proxy saw it. */
export interface LogEntry extends ApiRequest {
  /** Seconds since the proxy started. */
  readonly at: number;
  /** The phase of the run. */
  readonly phase: string;
  /** Counts the writes from 1; absent for what is no write. */
  readonly nth?: number;
  /** The HTTP status that the server answered with, or the proxy in its place; absent while there is none. */
  status?: number;
  /** The version that a written object got. */
  version?: string;
  /** What was done to it, as the plan calls it. */
  fault?: string;
}

/** So long without a write, in milliseconds, that none is expected any more: longer than anything is put off or gathered. */
const quietMs = 3_000;

/** All requests in the order in which they came. */
export class RequestLog {
  readonly entries: LogEntry[] = [];
  readonly #start = performance.now();
  #writes = 0;

  /** Takes a request; what becomes of it is filled in later. */
  add(request: ApiRequest, phase: string): LogEntry {
    const nth = request.write ? { nth: ++this.#writes } : {};
    const entry: LogEntry = { at: this.#seconds(), phase, ...request, ...nth };
    this.entries.push(entry);
    return entry;
  }

  /** The writes of a phase, or all. */
  writes(phase?: string): readonly LogEntry[] {
    return this.entries.filter(({ write, phase: during }) => write && (phase === undefined || during === phase));
  }

  /** Waits until nothing was written for three seconds. */
  async untilQuiet(): Promise<void> {
    for (let before = -1; before !== this.#writes; ) {
      before = this.#writes;
      await sleep(quietMs);
    }
  }

  /** Appends everything to a file, one JSON object a line. */
  save(path: string): void {
    appendFileSync(path, this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  #seconds(): number {
    return Math.round(performance.now() - this.#start) / 1000;
  }
}
