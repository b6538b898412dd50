/**
 * Leader election by a Lease: of several processes, at most one writes. A leader may write for ten seconds after the
 * beginning of its last renewal, and the others wait for fifteen seconds without a change before one of them takes over,
 * so the two never overlap, whoever is slow, asleep or cut off. Losing the lead is final: the process must end.
 */
import { leases } from './builtin.ts';
import { Candidacy } from './candidacy.ts';
import type { Client } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { Deadline } from './deadline.ts';
import { isApiError } from './errors.ts';
import { Leadership } from './leadership.ts';
import { type LeaseRecord, leaseOf, readLease } from './leaseRecord.ts';
import { type Log, silentLog } from './log.ts';
import type { ObjectKey } from './wire.ts';

/** How long things take, in milliseconds; the defaults are those of client-go. */
export interface ElectorTimes {
  /** How long the others wait for a leader that does not renew. */
  readonly leaseMs: number;
  /** How long a leader goes on without having renewed. */
  readonly renewDeadlineMs: number;
  /** How often the Lease is looked at, or renewed. */
  readonly retryMs: number;
}

const defaultTimes: ElectorTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** How soon a renewal that failed is tried again, in milliseconds. */
const againMs = 500;

/** How long giving up the lead may take; if it fails, the others wait for the lease to end. */
const releaseMs = 2_000;

export interface ElectorOptions {
  /** Connected for nothing else: a busy pool must not cost the lead. Its deadline should be half the renew deadline. */
  readonly client: Client;
  readonly lease: ObjectKey;
  /** Names this process, unlike every other and every earlier one. */
  readonly holder: string;
  /** Called once when the lead is lost. Nothing may be written any more; the process should end at once. */
  readonly lost: (why: string) => void;
  /** Told when this process begins and ends to lead: for metrics. */
  readonly leads?: ((leads: boolean) => void) | undefined;
  readonly times?: ElectorTimes | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

export class Elector {
  /** To be checked before every write. */
  readonly leadership: Leadership;
  /** Resolves when this process leads. */
  readonly elected: Promise<void>;
  readonly #options: ElectorOptions;
  readonly #times: ElectorTimes;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #candidacy: Candidacy;
  readonly #resolveElected: () => void;
  /** Aborts when the lead is lost. */
  readonly #over = new AbortController();
  /** The Lease as this process wrote it last. */
  #lease: LeaseRecord | undefined;

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#candidacy = new Candidacy(options.holder, this.#times.leaseMs);
    this.leadership = new Leadership(this.#clock, (why) => this.#lost(why));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.elected = promise;
    this.#resolveElected = resolve;
  }

  /**
   * Stands for election and leads until the signal aborts, then gives the lead up: call that only when everything that
   * writes has ended. Resolves when the lead is given up or lost; never rejects.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { holder, leads } = this.#options;
    const stop = AbortSignal.any([signal, this.#over.signal]);
    if (!(await this.#stand(stop))) return;
    this.#log.info({ holder }, 'This process leads');
    leads?.(true);
    this.#resolveElected();
    await this.#lead(stop);
    if (!this.#over.signal.aborted) await this.#release();
  }

  /** Waits for its turn. Returns whether it came before the signal aborted. */
  async #stand(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const started = this.#clock.now();
      let ms = this.#times.retryMs;
      try {
        const record = await this.#read(signal);
        const move = this.#candidacy.see(record, this.#clock.now());
        if (move.do === 'take') {
          await this.#claim(record, signal);
          if (this.leadership.holds) return true;
        } else ms = Math.min(ms, move.ms);
      } catch (err) {
        if (!signal.aborted) this.#failed(err, 'The Lease could not be read or taken');
      }
      await this.#pause(started, ms, signal);
    }
    return false;
  }

  async #lead(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#pause(this.#clock.now(), this.#times.retryMs, signal);
      while (!signal.aborted && !(await this.#renew(signal))) await sleep(this.#clock, againMs, signal);
      if (signal.aborted) return;
    }
  }

  /** Renews the lead. Returns whether that is done. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    // After the process was stopped, this may be the first to notice.
    if (!this.leadership.holds) return false;
    try {
      await this.#claim(this.#lease, signal);
      return true;
    } catch (err) {
      if (signal.aborted) return false;
      if (isApiError(err, 'KUBE_CONFLICT', 'KUBE_NOT_FOUND', 'KUBE_ALREADY_EXISTS')) await this.#reconsider(signal);
      else this.#failed(err, 'The lead could not be renewed, it is tried again');
      return false;
    }
  }

  /** Somebody else wrote the Lease, or took it away; or the answer to an earlier renewal was lost. */
  async #reconsider(signal: AbortSignal): Promise<void> {
    try {
      const found = await this.#read(signal);
      const other = found?.holder !== this.#options.holder ? (found?.holder ?? '') : '';
      if (other !== '') this.leadership.lose(`the Lease is held by ${other} now`);
      this.#lease = found;
    } catch (err) {
      if (!signal.aborted) this.#failed(err, 'The Lease could not be read, it is tried again');
    }
  }

  /** Writes the Lease; the time counts from before that. Others cannot see it earlier. */
  async #claim(onto: LeaseRecord | undefined, signal: AbortSignal): Promise<void> {
    const { holder } = this.#options;
    const started = this.#clock.now();
    this.#lease = await this.#write(onto, holder, signal);
    this.leadership.grant(started + this.#times.renewDeadlineMs);
  }

  async #release(): Promise<void> {
    this.leadership.end();
    this.#options.leads?.(false);
    const deadline = new Deadline(this.#clock, releaseMs);
    try {
      // The renewal that the end broke off may have been carried out.
      const found = await this.#read(deadline.signal);
      if (found?.holder !== this.#options.holder) return;
      await this.#write(found, '', deadline.signal);
      this.#log.info({}, 'The lead is given up');
    } catch (err) {
      this.#failed(err, 'The lead could not be given up: the next leader waits until the lease has ended');
    } finally {
      deadline.release();
    }
  }

  async #read(signal: AbortSignal): Promise<LeaseRecord | undefined> {
    const found = await this.#options.client.find(leases, this.#options.lease, { signal });
    return found === undefined ? undefined : readLease(found);
  }

  async #write(onto: LeaseRecord | undefined, holder: string, signal: AbortSignal): Promise<LeaseRecord> {
    const { client, lease: key } = this.#options;
    const { leaseMs: durationMs } = this.#times;
    const body = leaseOf({ key, onto, holder, durationMs, now: this.#clock.date() });
    const options = { fieldManager: 'standpipe-election', signal };
    const written = await (onto === undefined
      ? client.create(leases, body, options)
      : client.apply(leases, body, { ...options, force: true }));
    return readLease(written);
  }

  async #pause(started: number, ms: number, signal: AbortSignal): Promise<void> {
    await sleep(this.#clock, Math.max(0, started + ms - this.#clock.now()), signal);
  }

  #lost(why: string): void {
    this.#over.abort();
    this.#options.leads?.(false);
    this.#options.lost(why);
  }

  #failed(err: unknown, message: string): void {
    this.#log.warn({ lease: this.#options.lease.name, err }, message);
  }
}
