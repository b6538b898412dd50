import { inject } from '../inject/inject.ts';
import { recordOf } from '../inject/record.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { WebhookCanary } from './canary.ts';
import { isAlive, isReady } from './health.ts';

/** Owners that replace a pod of theirs. A Job's pod is work that would be done twice, a pod without an owner would be gone. */
const replacing: readonly string[] = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** How long to wait between two evictions of a Microservice's pods, and after a refused one, in milliseconds. */
const paceMs = 10_000;

/** Replaces pods that came up bare while the webhook was away: one after the other, within their disruption budgets. */
export class Repair {
  readonly #client: Client;
  readonly #canary: WebhookCanary;

  constructor(client: Client, canary: WebhookCanary) {
    this.#client = client;
    this.#canary = canary;
  }

  /** Evicts one bare pod, if there is one that may be. Returns when to look again, in milliseconds. */
  async step(pods: readonly Pod[], plan: Plan, signal: AbortSignal): Promise<number | undefined> {
    const [bare] = barePods(pods, plan);
    if (bare === undefined) return undefined;
    // While another pod of the service is not ready, evicting one more would be felt.
    if (pods.some((pod) => isAlive(pod) && !isReady(pod))) return paceMs;
    if (!(await this.#canary.works(signal))) return paceMs;
    const { name, namespace, uid } = bare.metadata;
    try {
      await this.#client.evict({ namespace, name }, { uid, signal });
    } catch (error) {
      if (!isApiError(error, 'KUBE_NOT_FOUND', 'KUBE_CONFLICT', 'KUBE_TOO_MANY_REQUESTS')) throw error;
    }
    return paceMs;
  }
}

/** The pods that carry the label, could be injected, are not, and are replaced by their owner when they go. Pure. */
export function barePods(pods: readonly Pod[], plan: Plan): readonly Pod[] {
  return pods.filter((pod) => {
    const template = pod as unknown as PodTemplate;
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (!isAlive(pod) || owner === undefined || !replacing.includes(owner.kind)) return false;
    return recordOf(template) === null && !('skip' in inject(template, plan));
  });
}
