import type { Microservice } from '../api/generated/microservice.ts';
import type { Client } from '../kube/client.ts';
import { formatKey, type KubeObject, type ObjectKey } from '../kube/wire.ts';
import { microservices } from './types.ts';

/** The cache does not have a Microservice as the API server has it; it is tried again when it has caught up. */
class CacheBehindError extends Error {
  override readonly name = 'CacheBehindError';
}

/** The attempts that have made sure already. */
const sure = new WeakSet<AbortSignal>();

/**
 * Makes sure, before anything is written, that a Microservice is what it was taken for: a cache can be behind, and so
 * can the server have been that it was filled from. It costs one read per attempt that writes, and none at rest.
 * @param taken what the cache has; undefined where the Microservice is taken to be gone
 * @param signal the attempt's own, which stands for it
 * @throws CacheBehindError where the API server has it otherwise
 */
export async function confirmFresh(
  client: Client,
  key: ObjectKey,
  taken: Microservice | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (sure.has(signal)) return;
  const { namespace, name } = key;
  const found = await client.find(microservices, { namespace, name }, { signal });
  if (identity(found) !== identity(taken)) {
    throw new CacheBehindError(`Microservice ${formatKey(key)} is not what the cache has: it waits for the cache`);
  }
  sure.add(signal);
}

/** What is deleted but not gone yet is as good as gone. */
function identity(object: (Microservice & Partial<KubeObject>) | undefined): string {
  const { uid, generation, deletionTimestamp } = object?.metadata ?? {};
  return uid === undefined || deletionTimestamp !== undefined ? 'gone' : `${uid}/${generation}`;
}
