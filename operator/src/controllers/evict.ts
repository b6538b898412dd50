import type { Pod } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';

/**
 * Evicts just this pod, if that may be. It may be gone by itself, replaced, or protected by its disruption budget: then
 * it is left alone.
 */
export async function tryEvict(client: Client, { metadata }: Pod, signal: AbortSignal): Promise<void> {
  const { name, namespace, uid } = metadata;
  try {
    await client.evict({ namespace, name }, { uid, signal });
  } catch (error) {
    if (!isApiError(error, 'KUBE_NOT_FOUND', 'KUBE_CONFLICT', 'KUBE_TOO_MANY_REQUESTS')) throw error;
  }
}
