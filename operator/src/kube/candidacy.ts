/** Decides when a candidate may take the lead. Pure: it is told what was read, and when. */
import type { LeaseRecord } from './leaseRecord.ts';

/** What a candidate shall do next. */
export type Move = { readonly do: 'take' } | { readonly do: 'wait'; readonly ms: number };

/**
 * Follows a Lease through one candidate's eyes. Times in the Lease are not read: clocks differ. What counts is for how
 * long, by the candidate's own clock, the Lease has not changed.
 */
export class Candidacy {
  readonly #holder: string;
  readonly #leaseMs: number;
  /** The state seen last, and since when: the version, or '' for a Lease that is not there. */
  #seen: { readonly version: string; readonly since: number } | undefined;
  /** For how long the last holder leads after it renewed. */
  #patienceMs: number;
  /** Whether somebody was seen leading who has not given it up. */
  #someone = false;

  /** @param holder the candidate itself  @param leaseMs how long a leader leads without renewing */
  constructor(holder: string, leaseMs: number) {
    this.#holder = holder;
    this.#leaseMs = leaseMs;
    this.#patienceMs = leaseMs;
  }

  /**
   * Takes what was read.
   * @param record undefined where there is no Lease
   * @param now monotonic milliseconds, after the answer came
   */
  see(record: LeaseRecord | undefined, now: number): Move {
    const version = record?.version ?? '';
    if (this.#seen?.version !== version) this.#seen = { version, since: now };
    if (record !== undefined && record.holder !== '') {
      // The candidate's own claim, whose answer was lost.
      if (record.holder === this.#holder) return { do: 'take' };
      this.#someone = true;
      this.#patienceMs = Math.max(record.durationMs ?? 0, this.#leaseMs);
    }
    if (record?.released === true) this.#someone = false;
    // A Lease that is there and was never held comes with the installation.
    const free = record !== undefined && record.holder === '' && !this.#someone;
    const left = free ? 0 : this.#patienceMs - (now - this.#seen.since);
    return left <= 0 ? { do: 'take' } : { do: 'wait', ms: left };
  }
}
