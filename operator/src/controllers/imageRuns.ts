import { recordOf } from '../inject/record.ts';
import type { PodTemplate } from '../inject/template.ts';
import { formatKey } from '../kube/wire.ts';
import { revisionOf } from '../plan/revision.ts';
import type { ControllerCache } from './cache.ts';
import { isReady } from './health.ts';
import { storedPlan } from './storedPlans.ts';

/** Whether a ready pod of some service has containers of this image by its Plan. It goes through all Plans until it finds one. */
export function imageRuns({ plans, pods }: Pick<ControllerCache, 'plans' | 'pods'>, image: string): boolean {
  return plans.list().some((stored) => {
    const plan = storedPlan(stored);
    if (plan.sidecar.image !== image && plan.metrics.redirectImage !== image) return false;
    const key = formatKey({ namespace: plan.namespace, name: plan.microservice });
    const ready = pods.byIndex('microservice', key).filter((pod) => isReady(pod));
    if (ready.length === 0) return false;
    const revision = revisionOf(plan);
    return ready.some((pod) => recordOf(pod as unknown as PodTemplate)?.revision === revision);
  });
}
