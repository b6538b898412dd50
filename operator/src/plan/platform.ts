import { canonicalJson } from './canonical.ts';
import type { Plan } from './plan.ts';

/**
 * Whether two Plans differ in nothing but what the platform's settings say: the sidecars' image, user and resources, and
 * whether there are logs sidecars at all. While the settings turn those off, what a team declares of logs changes nothing.
 */
export function differOnlyByPlatform(a: Plan, b: Plan): boolean {
  if (canonicalJson(a) === canonicalJson(b)) return false;
  const withheld = a.logsWithheld === true || b.logsWithheld === true;
  return canonicalJson(declared(a, withheld)) === canonicalJson(declared(b, withheld));
}

function declared(plan: Plan, withoutLogs: boolean): object {
  const { sidecar: _, metrics, logs, logsWithheld: __, ...rest } = plan;
  return {
    ...rest,
    metrics: { ...metrics, resources: null },
    logs: logs === null || withoutLogs ? null : { ...logs, resources: null },
  };
}
