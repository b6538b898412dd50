import { isOwn } from '../api/conditions.ts';
import type { Microservice, MicroserviceStatus } from '../api/generated/microservice.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import { isOlder } from '../kube/resourceVersion.ts';
import { formatKey, type KubeObject, type ObjectKey } from '../kube/wire.ts';
import { canonicalJson } from '../plan/canonical.ts';

/** The field manager of everything in `status`. */
const statusManager = 'standpipe-status';

/** At most so many pods are named in a status; the count says how many there are. */
export const mostExamples = 20;

/** An object that reports on itself. */
type Reporting = KubeObject & { readonly status?: unknown };

interface Written {
  readonly uid: string;
  readonly version: string | undefined;
  readonly status: unknown;
}

/** Writes the statuses of objects of one kind, and keeps each one that it wrote until the cache has it. */
export class StatusWriter<T extends Reporting> {
  readonly #client: Client;
  readonly #type: ResourceType<T>;
  /** By namespace and name. */
  readonly #written = new Map<string, Written>();

  constructor(client: Client, type: ResourceType<T>) {
    this.#client = client;
    this.#type = type;
  }

  /**
   * A cached object with the status that was written to it last, where the cache is behind that. Whoever goes by the
   * older one would write it all again, with other dates.
   */
  latest(object: T): T {
    const { uid, resourceVersion } = object.metadata;
    const written = this.#written.get(formatKey(object.metadata));
    if (written === undefined) return object;
    if (written.uid === uid && isOlder(resourceVersion, written.version)) return { ...object, status: written.status };
    this.forget(object.metadata);
    return object;
  }

  /**
   * Writes a status unless the object has it. The UID makes sure that it is not written to another object of that name.
   * @param status the whole of it: what is left out is given up
   */
  async write(object: T, status: NonNullable<T['status']>, signal: AbortSignal): Promise<void> {
    if (comparable(object.status ?? {}) === comparable(status)) return;
    const { name, namespace, uid = '' } = object.metadata;
    const body = { metadata: { name, namespace, uid }, status } as unknown as Applied<T>;
    const options = { fieldManager: statusManager, force: true, signal };
    const { metadata, status: now } = await this.#client.applyStatus(this.#type, body, options);
    this.#written.set(formatKey(metadata), { uid, version: metadata.resourceVersion, status: now });
  }

  /** Forgets what it wrote to an object that is gone. */
  forget(key: ObjectKey): void {
    this.#written.delete(formatKey(key));
  }
}

/**
 * A status as text, without other controllers' conditions; the API server may keep conditions in another order than they
 * were written in.
 */
function comparable(status: { readonly conditions?: readonly { readonly type: string }[] }): string {
  const conditions = status.conditions?.filter(isOwn).toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return canonicalJson({ ...status, conditions });
}

/** The parts of a status that say nothing new while a Microservice is in contradiction: they stay as they were. */
export function keptStatus({ status }: Microservice): Omit<MicroserviceStatus, 'conditions' | 'observedGeneration'> {
  const { conditions: _conditions, observedGeneration: _generation, ...kept } = status ?? {};
  return kept;
}

/** The Microservices that use an object, counted, with some named in the order of their names. */
export function usersOf(users: readonly Microservice[]) {
  const named = users.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
  const examples = named
    .toSorted((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1))
    .slice(0, mostExamples);
  return { count: users.length, ...(examples.length > 0 ? { examples } : {}) };
}
