import type { MicroserviceStatus } from '../api/generated/microservice.ts';
import { overheadOf } from '../plan/overhead.ts';
import type { Plan } from '../plan/plan.ts';
import type { DrainTotals } from './drains.ts';
import type { PodSurvey } from './podSurvey.ts';
import { mostExamples } from './status.ts';
import type { Workload } from './types.ts';

/** What a status is written from, beside the conditions. */
export interface StatusFacts {
  readonly plan: Plan;
  readonly revision: string;
  readonly target: Workload | undefined;
  readonly marked: boolean;
  readonly pods: PodSurvey;
  readonly desired: number;
  readonly drains: DrainTotals | undefined;
}

/** The status of a Microservice without contradictions, without its conditions. */
export function microserviceStatus(facts: StatusFacts): MicroserviceStatus {
  const { plan, revision, target, pods, desired, drains } = facts;
  const examples = pods.skipped.slice(0, mostExamples);
  return {
    revision,
    ...(target !== undefined && facts.marked
      ? { workload: { kind: target.kind, name: target.metadata.name, uid: target.metadata.uid ?? '' } }
      : {}),
    pods: {
      desired,
      injected: pods.injected,
      stale: pods.stale,
      missing: pods.missing,
      skipped: { count: pods.skipped.length, ...(examples.length > 0 ? { examples } : {}) },
    },
    ...(plan.bindings.length > 0
      ? { bindings: plan.bindings.map(({ name, secretName }) => ({ name, secretName })) }
      : {}),
    overhead: { perPod: overheadOf(plan) },
    ...(drains === undefined ? {} : { drains }),
  };
}
