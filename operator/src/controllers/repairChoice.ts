import type { Microservice } from '../api/generated/microservice.ts';
import { restartedAnnotation } from '../api/names.ts';
import { inject } from '../inject/inject.ts';
import { recordOf } from '../inject/record.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Plan } from '../plan/plan.ts';
import { isAlive, isReady, isRolledOut, rolloutHold } from './health.ts';
import type { Workload } from './types.ts';
import { marksOf } from './workloads.ts';

/** Owners that replace a pod of theirs. A Job's pod is work that would be done twice, a pod without an owner would be gone. */
const replacing: readonly string[] = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** What a repair is decided by. */
export interface RepairInput {
  readonly workload: Workload;
  /** The pods of the Microservice. */
  readonly pods: readonly Pod[];
  /** The Plan that the workload is marked with, and its revision. */
  readonly plan: Plan;
  readonly revision: string;
  /** Which time without sidecars this is; undefined until the Microservice says that it is one. */
  readonly outage: string | undefined;
  /** Whether the team keeps rollouts to itself. */
  readonly manual: boolean;
}

/** What to do about bare pods. */
export type RepairChoice =
  | { readonly action: 'none' | 'wait' | 'roll' }
  | { readonly action: 'evict'; readonly pod: Pod }
  /** They came up bare again after a roll. */
  | { readonly action: 'giveUp'; readonly bare: number; readonly of: number };

/**
 * Decides what becomes of pods that came up bare while the webhook was away. Where they are few, one is evicted after
 * the other; where they are most of a Deployment's or StatefulSet's, its own rolling update is faster and kinder, once
 * for each outage. What its team has stopped from replacing its pods is left alone. Pure.
 */
export function chooseRepair(input: RepairInput): RepairChoice {
  const { workload, outage } = input;
  const bare = barePods(input.pods, input.plan);
  const [first] = bare;
  if (first === undefined || rolloutHold(workload) !== undefined) return { action: 'none' };
  const alive = input.pods.filter(isAlive);
  const most = (some: readonly Pod[]) => some.length * 2 > alive.length;
  if (canRoll(workload) && most(bare) && !input.manual) {
    if (outage === undefined) return { action: 'wait' };
    if (marksOf(workload)?.restartedFor !== outage) return { action: isRolledOut(workload) ? 'roll' : 'wait' };
    const again = bare.filter(({ metadata }) => metadata.annotations?.[restartedAnnotation] === outage);
    return most(again) ? { action: 'giveUp', bare: again.length, of: alive.length } : { action: 'wait' };
  }
  // While another pod of the service is not ready, evicting one more would be felt.
  return alive.some((pod) => !isReady(pod)) ? { action: 'wait' } : { action: 'evict', pod: first };
}

/**
 * Names the time in which not all pods of a Microservice carry the revision, by when it began. It ends when the condition
 * Injected is true; what comes after that is another one, whose pods may be rolled again.
 */
export function outageOf({ status }: Microservice, revision: string): string | undefined {
  const injected = status?.conditions?.find(({ type }) => type === 'Injected');
  return injected?.status === 'False' ? `${revision}@${injected.lastTransitionTime}` : undefined;
}

function canRoll({ kind }: Workload): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet';
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
