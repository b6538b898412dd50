/**
 * Decides what becomes of each event that a controller reports: a new Event object, a higher count on one that is
 * there, or nothing because the object has had too many. Pure but for its own memory.
 */
import type { ObjectRef } from './wire.ts';

/** What is reported about an object. `reason` is one CamelCase word of a fixed set, `message` a sentence. */
export interface EventNote<Reason extends string = string> {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}

/** One Event object as it should be written. */
export interface EventSeries {
  readonly id: number;
  readonly regarding: ObjectRef;
  readonly note: EventNote;
  readonly first: Date;
  readonly last: Date;
  readonly count: number;
}

/** Repeats within this time raise the count; Events live for an hour by default, so the object is still there. */
const seriesMs = 30 * 60_000;

/** One object may begin this many series at once, and one more every so often: as much as kubelets allow themselves. */
const burst = 25;
const refillMs = 5 * 60_000;

/** Bounds the memory: the series that was heard of longest ago is forgotten first. */
const mostSeries = 4096;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

export class EventCorrelator {
  readonly #series = new Map<string, EventSeries>();
  readonly #buckets = new Map<string, Bucket>();
  #nextId = 0;

  /** How many series and objects are remembered. */
  get size(): number {
    return this.#series.size + this.#buckets.size;
  }

  /** Takes one report and returns the Event as it now stands; undefined where it is dropped. */
  observe(regarding: ObjectRef, note: EventNote, now: Date): EventSeries | undefined {
    const object = JSON.stringify([
      regarding.apiVersion,
      regarding.kind,
      regarding.namespace,
      regarding.name,
      regarding.uid,
    ]);
    const key = JSON.stringify([object, note.type, note.reason, note.message]);
    const known = this.#series.get(key);
    const repeats = known !== undefined && now.getTime() - known.last.getTime() < seriesMs;
    if (!repeats && !this.#spend(object, now.getTime())) return undefined;
    const series: EventSeries = repeats
      ? { ...known, last: now, count: known.count + 1 }
      : { id: this.#nextId++, regarding, note, first: now, last: now, count: 1 };
    remember(this.#series, key, series, ({ last }) => now.getTime() - last.getTime() >= seriesMs);
    return series;
  }

  #spend(object: string, now: number): boolean {
    const { tokens, at } = this.#buckets.get(object) ?? { tokens: burst, at: now };
    const available = Math.min(burst, tokens + (now - at) / refillMs);
    if (available < 1) return false;
    remember(
      this.#buckets,
      object,
      { tokens: available - 1, at: now },
      ({ at: spent }) => now - spent >= burst * refillMs,
    );
    return true;
  }
}

/** Notes what was heard last, and forgets what was heard longest ago: what makes no difference any more, or is too much. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, isSpent: (value: Value) => boolean): void {
  map.delete(key);
  map.set(key, value);
  for (const [oldest, heard] of map) {
    if (map.size <= mostSeries && !isSpent(heard)) return;
    map.delete(oldest);
  }
}
