import type { Client } from '../../operator/src/kube/client.ts';
import { Reflector } from '../../operator/src/kube/reflector.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import { Store } from '../../operator/src/kube/store.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';
import { isKubernetesOwn, livingTypes } from './endState.ts';

/** How many objects of each kind came into being and went, such as `{ Pod: 'created 2, deleted 2' }`. */
export type Count = Readonly<Record<string, string>>;

/** Counts births and deaths in a namespace by UID, as the API server itself tells them, whoever caused them. */
export class Census {
  /** Why its own watches had to begin again. They are the operator's reflectors too, without a lease to lose. */
  readonly restarts = new Set<string>();
  readonly #end = new AbortController();
  readonly #running: readonly Promise<void>[];
  readonly #stores: readonly Store<KubeObject>[];
  readonly #born = new Map<string, string>();
  readonly #dead = new Map<string, string>();

  /** @param client goes to the API server directly */
  constructor(client: Client, namespace: string) {
    this.#stores = livingTypes.map(() => new Store());
    for (const store of this.#stores) store.onChange((before, after) => this.#note(before, after));
    this.#running = livingTypes.map((type: ResourceType, i) => {
      const store = this.#stores[i] ?? new Store();
      const hooks = { restarted: (_: ResourceType, reason: string) => this.restarts.add(reason) };
      return new Reflector<KubeObject>({ client, type, namespace, store, hooks }).run(this.#end.signal);
    });
  }

  /** Whether it has heard of everything that a list shows. @param uids of the listed objects */
  agrees(uids: ReadonlySet<string>): boolean {
    const alive = this.#stores.flatMap((store) => store.list()).filter((object) => !isKubernetesOwn(object));
    return alive.length === uids.size && alive.every(({ metadata }) => uids.has(metadata.uid ?? ''));
  }

  /** What happened since the last time that this was asked. */
  take(): Count {
    const kinds = [...new Set([...this.#born.values(), ...this.#dead.values()])].toSorted();
    const of = (all: ReadonlyMap<string, string>, kind: string) => [...all.values()].filter((k) => k === kind).length;
    const count = kinds.map((kind) => [kind, `created ${of(this.#born, kind)}, deleted ${of(this.#dead, kind)}`]);
    this.#born.clear();
    this.#dead.clear();
    return Object.fromEntries(count);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }

  #note(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const object = after ?? before;
    if (object === undefined || isKubernetesOwn(object)) return;
    if (before === undefined) this.#born.set(object.metadata.uid ?? '', object.kind);
    else if (after === undefined) this.#dead.set(object.metadata.uid ?? '', object.kind);
  }
}
