import type { Microservice, MicroserviceStatus } from '../api/generated/microservice.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import { isOlder } from '../kube/resourceVersion.ts';
import type { KubeObject } from '../kube/wire.ts';
import { canonicalJson } from '../plan/canonical.ts';

/** The field manager of everything in `status`. */
export const statusManager = 'standpipe-status';

/** At most so many pods are named in a status; the count says how many there are. */
export const mostExamples = 20;

/** Per client and UID, what was written last and the cache may not have yet. */
const written = new WeakMap<Client, Map<string, KubeObject & { readonly status?: unknown }>>();

function writtenBy(client: Client): Map<string, KubeObject & { readonly status?: unknown }> {
  const known = written.get(client) ?? new Map();
  written.set(client, known);
  return known;
}

/**
 * A cached object with the status that was written to it last, where the cache is behind that. Whoever goes by the older
 * one would write it all again, with other dates.
 */
export function withLatestStatus<T extends KubeObject & { readonly status?: unknown }>(client: Client, object: T): T {
  const { uid = '', resourceVersion } = object.metadata;
  const latest = writtenBy(client).get(uid);
  if (latest === undefined) return object;
  if (isOlder(resourceVersion, latest.metadata.resourceVersion)) return { ...object, status: latest.status };
  writtenBy(client).delete(uid);
  return object;
}

/**
 * Writes a status unless the object has it. The UID makes sure that it is not written to another object of that name.
 * @param status the whole of it: what is left out is given up
 */
export async function writeStatus<T extends KubeObject & { readonly status?: unknown }>(
  client: Client,
  type: ResourceType<T>,
  object: T,
  status: NonNullable<T['status']>,
  signal: AbortSignal,
): Promise<void> {
  if (comparable(object.status ?? {}) === comparable(status)) return;
  const { name, namespace, uid = '' } = object.metadata;
  const body = { metadata: { name, namespace, uid }, status } as unknown as Applied<T>;
  const latest = await client.applyStatus(type, body, { fieldManager: statusManager, force: true, signal });
  writtenBy(client).set(uid, latest);
}

/** A status as text; the API server may keep conditions in another order than they were written in. */
function comparable(status: { readonly conditions?: readonly { readonly type: string }[] }): string {
  const conditions = status.conditions?.toSorted((a, b) => (a.type < b.type ? -1 : 1));
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
