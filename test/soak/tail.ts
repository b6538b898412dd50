import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../operator/src/kube/client.ts';
import { ApiError } from '../../operator/src/kube/errors.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import { type KubeObject, keyOf } from '../../operator/src/kube/wire.ts';

/** Told of each change in its order: the first state of an object has no `before`, and the end of one no `after`. */
export type Listener<T> = (before: T | undefined, after: T | undefined) => void;

/**
 * Follows all objects of a type by list and watch of its own. It shares no cache with the operator: what the operator's
 * caches miss must show here.
 */
export class Tail<T extends KubeObject> {
  readonly #client: Client;
  readonly #type: ResourceType<T>;
  readonly #listeners: Listener<T>[] = [];
  readonly #objects = new Map<string, T>();

  constructor(client: Client, type: ResourceType<T>) {
    this.#client = client;
    this.#type = type;
  }

  /** The objects as they were seen last. */
  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** One object, as `namespace/name`. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  onChange(listener: Listener<T>): void {
    this.#listeners.push(listener);
  }

  /** Follows until the signal aborts; an end of the stream is no reason to stop. */
  async run(signal: AbortSignal): Promise<void> {
    let version: string | undefined;
    while (!signal.aborted) {
      try {
        version ??= await this.#list(signal);
        for await (const event of this.#client.watch(this.#type, { resourceVersion: version, signal })) {
          if (event.type === 'ERROR') throw ApiError.fromStatus(event.object, `Watch of ${this.#type.plural}`);
          version = event.object.metadata.resourceVersion;
          if (event.type !== 'BOOKMARK') this.#take(event.object, event.type === 'DELETED');
        }
      } catch {
        version = undefined;
        await sleep(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { items, resourceVersion } = await this.#client.list(this.#type, { signal });
    const listed = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) if (!listed.has(key)) this.#take(object, true);
    for (const item of items) this.#take(item, false);
    return resourceVersion;
  }

  #take(object: T, gone: boolean): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    const before = known?.metadata.uid === object.metadata.uid ? known : undefined;
    if (gone) this.#objects.delete(key);
    else this.#objects.set(key, object);
    if (known !== undefined && before === undefined) this.#tell(known, undefined);
    this.#tell(before, gone ? undefined : object);
  }

  #tell(before: T | undefined, after: T | undefined): void {
    for (const listener of this.#listeners) listener(before, after);
  }
}
