import { parseQuantity } from './overhead.ts';
import type { Plan, Resources } from './plan.ts';
import type { Problem } from './problem.ts';

/** What of a sidecar's resources the API server would refuse, in words; undefined where it takes them. */
export function overLimit({ requests, limits }: Resources): string | undefined {
  const over = Object.entries(limits).find(([name, limit]) => {
    return parseQuantity(requests[name] ?? '0') > parseQuantity(limit);
  });
  return over === undefined ? undefined : `${requests[over[0]]} ${over[0]} is requested and ${over[1]} is the limit`;
}

/**
 * The sidecars that no pod could have: what a Microservice requests may be over a limit that it left to the platform,
 * and the other way round. The API server would refuse every pod that is created with them.
 */
export function resourceProblems({ metrics, logs }: Pick<Plan, 'metrics' | 'logs'>): Problem[] {
  const sidecars = { metrics: metrics.resources, ...(logs === null ? {} : { logs: logs.resources }) };
  return Object.entries(sidecars).flatMap(([name, resources]) => {
    const over = overLimit(resources);
    const field = `spec.sidecars.${name}.resources`;
    if (over === undefined) return [];
    return [{ field, reason: 'Invalid', message: `${over}: request less, or set a higher limit beside it` }];
  });
}
