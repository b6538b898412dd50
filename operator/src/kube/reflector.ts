/** Keeps a Store equal to what the API server has, whatever breaks in between, until it is stopped. */
import { DecorrelatedBackoff, type Random } from './backoff.ts';
import type { Selection } from './calls.ts';
import type { Client } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { ApiError, isApiError, TransportError } from './errors.ts';
import { type Log, silentLog } from './log.ts';
import type { ResourceType } from './resourceType.ts';
import { isOlder } from './resourceVersion.ts';
import type { Store } from './store.ts';
import { strip } from './strip.ts';
import { Watchdog } from './watchdog.ts';
import type { KubeObject } from './wire.ts';

/** Why a watch had to be opened again. `closed` is the server's own end of a stream, the only one that is planned. */
export type RestartReason =
  | 'closed'
  | 'early_close'
  | 'stalled'
  | 'expired'
  | 'stale'
  | 'api_error'
  | 'network'
  | 'protocol';

export interface ReflectorHooks {
  /** A watch ended, or a list or a watch failed. */
  readonly restarted?: ((type: ResourceType, reason: RestartReason) => void) | undefined;
  /**
   * A list or a later watch brought changes that the watch before had not told: normally none, now and then one that
   * happened in between.
   */
  readonly repaired?: ((type: ResourceType, changes: number) => void) | undefined;
}

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  readonly client: Client;
  readonly type: ResourceType<T>;
  readonly store: Store<T>;
  /** Changes each object before it is cached; by default it is stripped of managed fields. */
  readonly transform?: ((object: T) => T) | undefined;
  /** Objects per page of a list. */
  readonly pageSize?: number | undefined;
  /** How often everything is listed again although nothing seems to be wrong; ten minutes by default. */
  readonly relistEveryMs?: number | undefined;
  readonly hooks?: ReflectorHooks | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/**
 * How long the server keeps a watch open, in seconds: drawn for each, so that they do not all end together. It is short
 * because a dead connection looks like a quiet one: servers send bookmarks only once a minute, but they do end a stream
 * in time. Opening it again costs one request and no list.
 */
const watchSeconds = { shortest: 28, longest: 33 };

/** A stream that is silent for longer than servers keep it open is dead. */
const stallMs = 38_000;

/** A watch that lived for this long counts as a success, after which waiting starts from the beginning again. */
const healthyMs = 20_000;

/** For how long lists are refused that are older than what is known; a database that went back in time stays so. */
const staleMs = 60_000;

/**
 * After this many failures in a row, the version to go on from is given up too: a database that was restored from a
 * backup does not know it, and servers differ in how they say so.
 */
const suspiciousFailures = 5;

const backoffBounds = { baseMs: 200, capMs: 30_000 };

/** How an attempt ended: when to go on, and whether the watch may go on from where it was. */
interface Ending {
  readonly reason: RestartReason;
  readonly relist: boolean;
  readonly error?: unknown;
}

/** A server answered with a state from before one that is known. */
class StaleListError extends Error {
  override readonly name = 'StaleListError';
}

export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #transform: (object: T) => T;
  readonly #backoff: DecorrelatedBackoff;
  #running: Promise<void> | undefined;
  /** Counts attempts: a stream of an earlier one has no say any more. */
  #generation = 0;
  /** How far the last watch came; undefined where everything must be listed first. */
  #version: string | undefined;
  /**
   * How far the watch before it came. The next one begins there, so that each event is told twice, by two streams: what
   * one lost on its way the other brings. What is known already is no news to the store.
   */
  #overlap: string | undefined;
  /** The newest version ever heard of, and since when lists have been older than that. */
  #newest: string | undefined;
  #staleSince: number | undefined;
  #listedAt = 0;
  #heardAt: number;
  #failures = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log ?? silentLog;
    this.#transform = options.transform ?? strip();
    this.#backoff = new DecorrelatedBackoff(backoffBounds, this.#random);
    this.#heardAt = this.#clock.now();
  }

  /** For how long nothing was heard from the server, in milliseconds; over two minutes, something is wrong. */
  get silenceMs(): number {
    return this.#clock.now() - this.#heardAt;
  }

  /** Runs until the signal aborts; it then resolves, and never rejects. Calling it again joins the first run. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#loop(signal).finally(() => {
      this.#running = undefined;
      this.#generation++;
    });
    return this.#running;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const start = this.#clock.now();
      const ending = await this.#attempt(++this.#generation, signal);
      if (signal.aborted) return;
      this.#report(ending);
      this.#failures = ending.error === undefined ? 0 : this.#failures + 1;
      const suspicious = this.#failures % suspiciousFailures === suspiciousFailures - 1;
      if (ending.relist || suspicious) this.#version = undefined;
      if (this.#clock.now() - start >= healthyMs) this.#backoff.reset();
      if (ending.reason !== 'closed') await sleep(this.#clock, this.#delay(ending.error), signal);
    }
  }

  /** Lists if need be, watches, and says how that ended. */
  async #attempt(generation: number, signal: AbortSignal): Promise<Ending> {
    const stop = new AbortController();
    const forward = (): void => stop.abort();
    signal.addEventListener('abort', forward);
    try {
      if (this.#version === undefined) await this.#list(generation, stop.signal);
      const version = this.#version ?? '';
      const from = this.#overlap ?? version;
      this.#overlap = version;
      return await this.#watch(generation, from, stop);
    } catch (error) {
      return classify(error);
    } finally {
      signal.removeEventListener('abort', forward);
      stop.abort();
    }
  }

  /** Takes one page after the other, each a turn of the event loop of its own, so that nothing else waits for long. */
  async #list(generation: number, signal: AbortSignal): Promise<void> {
    const { client, type, store, pageSize } = this.#options;
    const objects: T[] = [];
    let version = '';
    for await (const page of client.pages(type, { ...this.#selection(), limit: pageSize, signal })) {
      for (const item of page.items) objects.push(this.#transform(item));
      version = page.resourceVersion;
    }
    if (generation !== this.#generation) throw new Error('This list was overtaken by a later one');
    this.#refuseStale(version);
    const known = store.isSynced;
    const changes = store.replace(objects, this.#options.namespace);
    if (known && changes > 0) this.#options.hooks?.repaired?.(type, changes);
    this.#log.debug({ kind: type.kind, objects: objects.length, changes }, 'Listed');
    this.#version = version;
    this.#newest = version;
    this.#overlap = undefined;
    this.#listedAt = this.#clock.now();
    this.#heardAt = this.#listedAt;
  }

  /** A server that lags behind must not take anything back; one whose database was restored is believed after a while. */
  #refuseStale(version: string): void {
    const now = this.#clock.now();
    const since = isOlder(version, this.#newest) ? (this.#staleSince ?? now) : undefined;
    this.#staleSince = since !== undefined && now - since < staleMs ? since : undefined;
    if (this.#staleSince === undefined) return;
    throw new StaleListError(`The list of ${this.#options.type.plural} is older than what is known already`);
  }

  async #watch(generation: number, resourceVersion: string, stop: AbortController): Promise<Ending> {
    const { client, type, relistEveryMs = 600_000 } = this.#options;
    const { shortest, longest } = watchSeconds;
    const timeoutSeconds = Math.round(shortest + this.#random() * (longest - shortest));
    const start = this.#clock.now();
    const watchdog = new Watchdog(this.#clock, stallMs, () => stop.abort());
    try {
      const options = { ...this.#selection(), resourceVersion, timeoutSeconds, signal: stop.signal };
      for await (const event of client.watch(type, options)) {
        if (generation !== this.#generation) break;
        watchdog.feed();
        this.#heardAt = this.#clock.now();
        if (event.type === 'ERROR') throw ApiError.fromStatus(event.object, `Watch of ${type.plural}`);
        this.#take(event.type, event.object);
      }
    } catch (error) {
      if (watchdog.barked) return { reason: 'stalled', relist: false };
      throw error;
    } finally {
      watchdog.stop();
    }
    const lived = this.#clock.now() - start;
    const relist = this.#clock.now() - this.#listedAt >= relistEveryMs;
    return { reason: lived >= healthyMs ? 'closed' : 'early_close', relist };
  }

  #take(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK', object: T): void {
    const { store, hooks } = this.#options;
    const { resourceVersion } = object.metadata;
    const isLate = isOlder(resourceVersion, this.#version) || resourceVersion === this.#version;
    let isNews = false;
    if (type === 'DELETED') isNews = store.remove(object);
    else if (type !== 'BOOKMARK') isNews = store.upsert(this.#transform(object));
    if (isLate && isNews) hooks?.repaired?.(this.#options.type, 1);
    // A server that lags behind must not take the next watch back with it.
    if (isLate || resourceVersion === undefined) return;
    this.#version = resourceVersion;
    this.#newest = resourceVersion;
  }

  #selection(): Selection {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return { namespace, labelSelector, fieldSelector };
  }

  #report(ending: Ending): void {
    const { type, hooks } = this.#options;
    hooks?.restarted?.(type, ending.reason);
    if (ending.error === undefined) return;
    this.#log.warn(
      { kind: type.kind, reason: ending.reason, err: ending.error },
      'List or watch failed, it is tried again',
    );
  }

  #delay(error: unknown): number {
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
    return Math.max(asked, this.#backoff.next());
  }
}

/** After an expired version, and after a stream that cannot be trusted, only a whole list gives a sure state again. */
function classify(error: unknown): Ending {
  if (isApiError(error, 'KUBE_GONE')) return { reason: 'expired', relist: true, error };
  if (error instanceof StaleListError) return { reason: 'stale', relist: true, error };
  if (error instanceof ApiError) return { reason: 'api_error', relist: false, error };
  if (error instanceof TransportError && error.code !== 'PROTOCOL') return { reason: 'network', relist: false, error };
  return { reason: 'protocol', relist: true, error };
}
