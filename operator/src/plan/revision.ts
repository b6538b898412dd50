import { digest } from './canonical.ts';
import type { Plan } from './plan.ts';

/** The revision of a Plan: the digest of the whole of it, since a Plan holds only what affects pods. */
export function revisionOf(plan: Plan): string {
  return digest(plan);
}
