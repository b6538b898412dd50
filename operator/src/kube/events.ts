/** Writes Events about objects: for people, who see them in `kubectl describe`. Nothing may depend on them. */
import { type Event, events } from './builtin.ts';
import type { Applied, Client } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { EventCorrelator, type EventNote, type EventSeries } from './eventCorrelator.ts';
import { type Log, silentLog } from './log.ts';
import type { ObjectRef } from './wire.ts';

export interface EventRecorderOptions<Reason extends string> {
  readonly client: Client;
  /** Names the controller in the Events, `standpipe-controller`. */
  readonly component: string;
  /** Names this process, such as its pod. */
  readonly instance: string;
  /** All reasons that may be reported; another one is a fault of the program and is only logged. */
  readonly reasons: readonly Reason[];
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

/** A raised count is written at most this often for one Event. */
const rewriteMs = 10_000;

/** While the API server is away, reports beyond this many are dropped. */
const mostPending = 1000;

/** The API server refuses longer messages. */
const longestMessage = 1024;

export class EventRecorder<Reason extends string> {
  readonly #options: EventRecorderOptions<Reason>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #reasons: ReadonlySet<string>;
  readonly #correlator = new EventCorrelator();
  readonly #started: number;
  /** By series: the latest state that is not written yet. */
  readonly #pending = new Map<number, EventSeries>();
  #writing: Promise<void> | undefined;

  constructor(options: EventRecorderOptions<Reason>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#reasons = new Set(options.reasons);
    this.#started = this.#clock.date().getTime();
  }

  /** Reports something about an object. Returns at once and never throws; writing is tried once. */
  record(regarding: ObjectRef, note: EventNote<Reason>): void {
    if (!this.#reasons.has(note.reason)) {
      this.#log.error(
        { reason: note.reason },
        'An Event was reported with a reason that is not in the list of reasons',
      );
      return;
    }
    const series = this.#correlator.observe(regarding, note, this.#clock.date());
    if (series === undefined) return;
    const isFirst = series.count === 1;
    const isWaiting = this.#pending.has(series.id);
    if (!isWaiting && this.#pending.size >= mostPending) return;
    this.#pending.set(series.id, series);
    if (isFirst) this.#write();
    else if (!isWaiting) this.#clock.schedule(rewriteMs, () => this.#write());
  }

  /** Resolves when everything reported so far was written, or failed to be: for a clean shutdown. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  #write(): void {
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
  }

  async #drain(): Promise<void> {
    for (const [id, series] of this.#pending) {
      this.#pending.delete(id);
      try {
        await this.#put(series);
      } catch (err) {
        this.#log.warn(
          { err, reason: series.note.reason, name: series.regarding.name },
          'An Event could not be written',
        );
      }
    }
  }

  async #put(series: EventSeries): Promise<void> {
    const { client, component, instance } = this.#options;
    // The start of the process keeps its names apart from those of an earlier run; the object's name may be cut.
    const name = `${series.regarding.name.slice(0, 200)}.${this.#started.toString(36)}.${series.id.toString(36)}`;
    await client.apply(events, eventBody(series, name, component, instance), { fieldManager: component, force: true });
  }
}

/** Events about cluster-scoped objects live in the namespace `default`: the API server wants it so. */
function eventBody(series: EventSeries, name: string, component: string, instance: string): Applied<Event> {
  const { regarding, note, first, last, count } = series;
  return {
    metadata: { name, namespace: regarding.namespace ?? 'default' },
    involvedObject: regarding,
    type: note.type,
    reason: note.reason,
    message: note.message.slice(0, longestMessage),
    source: { component },
    reportingComponent: component,
    reportingInstance: instance,
    firstTimestamp: toSeconds(first),
    lastTimestamp: toSeconds(last),
    count,
  };
}

function toSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
