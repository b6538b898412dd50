import { canonicalJson } from './canonical.ts';
import type { Plan } from './plan.ts';

/** Whether two Plans differ in nothing but what the platform's settings say: the sidecars' image, user and resources. */
export function differOnlyByPlatform(a: Plan, b: Plan): boolean {
  return canonicalJson(a) !== canonicalJson(b) && canonicalJson(declared(a)) === canonicalJson(declared(b));
}

function declared(plan: Plan): object {
  const { sidecar: _, metrics, logs, ...rest } = plan;
  return {
    ...rest,
    metrics: { ...metrics, resources: null },
    logs: logs === null ? null : { ...logs, resources: null },
  };
}
