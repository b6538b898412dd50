import { digest } from './canonical.ts';
import type { Plan } from './plan.ts';

/** Plans are never changed, and each is asked for its revision once for every pod. */
const known = new WeakMap<Plan, string>();

/** The revision of a Plan: the digest of the whole of it, since a Plan holds only what affects pods. */
export function revisionOf(plan: Plan): string {
  const revision = known.get(plan) ?? digest(plan);
  known.set(plan, revision);
  return revision;
}
