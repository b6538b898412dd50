/** Writes Events about objects: for people, who see them in `kubectl describe`. Nothing may depend on them. */
import { type Event, events } from './builtin.ts';
import type { Applied } from './calls.ts';
import type { Client } from './client.ts';
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
  readonly #unwritten = new Map<number, EventSeries>();
  /** The series among them whose time has come. */
  readonly #due = new Set<number>();
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
    const isWaiting = this.#unwritten.has(series.id);
    if (!isWaiting && this.#unwritten.size >= mostPending) return;
    this.#unwritten.set(series.id, series);
    if (series.count === 1) void this.#write([series.id]);
    else if (!isWaiting) this.#clock.schedule(rewriteMs, () => void this.#write([series.id]));
  }

  /** Resolves when everything reported so far was written, or failed to be: for a clean shutdown. */
  async flush(): Promise<void> {
    await this.#write([...this.#unwritten.keys()]);
  }

  /** One Event after the other: they must not take the connections that real work needs. */
  #write(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.#due.add(id);
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
      if (this.#due.size > 0) void this.#write([]);
    });
    return this.#writing;
  }

  async #drain(): Promise<void> {
    for (const id of this.#due) {
      this.#due.delete(id);
      const series = this.#unwritten.get(id);
      this.#unwritten.delete(id);
      if (series !== undefined) await this.#put(series);
    }
  }

  async #put(series: EventSeries): Promise<void> {
    const { client, component, instance } = this.#options;
    // The start of the process keeps its names apart from those of an earlier run; the object's name may be cut.
    const name = `${series.regarding.name.slice(0, 200)}.${this.#started.toString(36)}.${series.id.toString(36)}`;
    const body = eventBody(series, name, component, instance);
    try {
      await client.apply(events, body, { fieldManager: component, force: true });
    } catch (err) {
      this.#log.warn({ err, reason: series.note.reason, name: series.regarding.name }, 'An Event could not be written');
    }
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
