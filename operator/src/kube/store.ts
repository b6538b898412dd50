/** The cache of one type of object. A Reflector writes it, everybody else reads it. */
import { isOlder } from './resourceVersion.ts';
import { formatKey, type KubeObject, keyOf, type ObjectKey } from './wire.ts';

/** Returns the values under which an index finds the object. */
export type Indexer<T> = (object: T) => readonly string[];

/**
 * Told of each change: `before` is undefined for a new object, `after` for one that is gone. It may only enqueue
 * keys: what it throws is reported and has no other effect, and the next handler is called all the same.
 */
export type ChangeHandler<T> = (before: T | undefined, after: T | undefined) => void;

export interface StoreOptions<T> {
  readonly indexers?: Readonly<Record<string, Indexer<T>>> | undefined;
  /** Where each namespace is listed by itself: the store is synced when all of these were. By default, one list holds all. */
  readonly namespaces?: readonly string[] | undefined;
  /** Told what a change handler threw. By default it is thrown again outside, which ends the process. */
  readonly onHandlerError?: ((error: unknown) => void) | undefined;
}

export class Store<T extends KubeObject> {
  /** Resolves once the first whole list is in. */
  readonly synced: Promise<void>;
  readonly #objects = new Map<string, T>();
  /** The keys of each namespace's objects. */
  readonly #inNamespace = new Map<string, Set<string>>();
  readonly #indexers: readonly (readonly [string, Indexer<T>])[];
  readonly #indices = new Map<string, Map<string, Set<string>>>();
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #onHandlerError: (error: unknown) => void;
  readonly #resolveSynced: () => void;
  /** The last versions of objects that are gone, by UID, until the next list: none of them may come back. */
  readonly #gone = new Map<string, string>();
  /** The namespaces whose first list is still to come. */
  readonly #unlisted: Set<string>;
  #isSynced = false;

  constructor(options: StoreOptions<T> = {}) {
    this.#indexers = Object.entries(options.indexers ?? {});
    this.#unlisted = new Set(options.namespaces);
    for (const [name] of this.#indexers) this.#indices.set(name, new Map());
    this.#onHandlerError = options.onHandlerError ?? throwOutside;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#resolveSynced = resolve;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** How many objects are cached. */
  get size(): number {
    return this.#objects.size;
  }

  /** The cached object, shared by all readers and never to be changed. */
  get(key: ObjectKey): T | undefined {
    return this.#objects.get(formatKey(key));
  }

  /** All cached objects, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return [...this.#objects.values()];
    return this.#all(this.#inNamespace.get(namespace));
  }

  /** The objects for which the named indexer returned the value. Throws where no such indexer was declared. */
  byIndex(index: string, value: string): readonly T[] {
    const values = this.#indices.get(index);
    if (values === undefined) throw new RangeError(`No index "${index}" was declared for this store`);
    return this.#all(values.get(value));
  }

  #all(keys: Iterable<string> = []): readonly T[] {
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /**
   * Calls the handler on each change from now on, and at once for what is there already. Returns the way to stop.
   * @param begin `later` leaves out what is there already
   */
  onChange(handler: ChangeHandler<T>, begin: 'now' | 'later' = 'now'): () => void {
    this.#handlers.add(handler);
    if (begin === 'now') for (const object of this.#objects.values()) this.#call(handler, undefined, object);
    return () => this.#handlers.delete(handler);
  }

  /**
   * Takes a new state of one object and returns whether it was news. A state older than the cached one of the same
   * object, or of its successor, is dropped: an API server that lags behind another may send one, and so may a watch
   * that begins in the past. Another object of the same name is told as the old one's end and the new one's beginning.
   */
  upsert(object: T): boolean {
    const { uid = '', resourceVersion } = object.metadata;
    const before = this.#objects.get(keyOf(object));
    if (before !== undefined && isOlder(resourceVersion, before.metadata.resourceVersion)) return false;
    if (isOlder(resourceVersion, this.#gone.get(uid))) return false;
    return this.#accept(before, object);
  }

  /** Takes the last state of a deleted object and returns whether it was news. */
  remove(object: T): boolean {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    const { uid = '', resourceVersion = '' } = object.metadata;
    if (!isOlder(resourceVersion, this.#gone.get(uid))) this.#gone.set(uid, resourceVersion);
    if (before === undefined || !isSame(before, object)) return false;
    if (isOlder(object.metadata.resourceVersion, before.metadata.resourceVersion)) return false;
    this.#set(key, before, undefined);
    return true;
  }

  /**
   * Takes a whole list, in which all objects exist and no others do, and returns how many changes it brought. It is
   * believed even where it is older, as after a database was restored: whoever calls this has made sure.
   * @param namespace the list is of this namespace only, and says nothing of others
   */
  replace(objects: readonly T[], namespace?: string): number {
    const listed = new Set(objects.map(keyOf));
    this.#gone.clear();
    let changes = 0;
    for (const [key, before] of this.#objects) {
      if (listed.has(key) || (namespace !== undefined && before.metadata.namespace !== namespace)) continue;
      this.#set(key, before, undefined);
      changes++;
    }
    for (const object of objects) if (this.#accept(this.#objects.get(keyOf(object)), object)) changes++;
    this.#noteListed(namespace);
    return changes;
  }

  #noteListed(namespace: string | undefined): void {
    if (namespace !== undefined) this.#unlisted.delete(namespace);
    if (this.#unlisted.size > 0) return;
    this.#isSynced = true;
    this.#resolveSynced();
  }

  #accept(before: T | undefined, object: T): boolean {
    const key = keyOf(object);
    if (before !== undefined && isSame(before, object)) {
      if (before.metadata.resourceVersion === object.metadata.resourceVersion) return false;
      this.#set(key, before, object);
      return true;
    }
    if (before !== undefined) this.#set(key, before, undefined);
    this.#set(key, undefined, object);
    return true;
  }

  #set(key: string, before: T | undefined, after: T | undefined): void {
    if (before !== undefined) this.#index(key, before, 'remove');
    if (after === undefined) this.#objects.delete(key);
    else {
      this.#objects.set(key, after);
      this.#index(key, after, 'add');
    }
    for (const handler of this.#handlers) this.#call(handler, before, after);
  }

  #index(key: string, object: T, change: 'add' | 'remove'): void {
    const note = (values: Map<string, Set<string>> | undefined, value: string): void => {
      const keys = values?.get(value) ?? new Set();
      if (change === 'add') values?.set(value, keys.add(key));
      else if (keys.delete(key) && keys.size === 0) values?.delete(value);
    };
    note(this.#inNamespace, object.metadata.namespace ?? '');
    for (const [name, indexer] of this.#indexers) {
      for (const value of indexer(object)) note(this.#indices.get(name), value);
    }
  }

  #call(handler: ChangeHandler<T>, before: T | undefined, after: T | undefined): void {
    try {
      handler(before, after);
    } catch (error) {
      this.#onHandlerError(error);
    }
  }
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid;
}

function throwOutside(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
