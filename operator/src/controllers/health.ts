import { sidecarContainers } from '../api/names.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Workload, WorkloadKind } from './types.ts';

interface Counts {
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly observedGeneration?: number;
  readonly desiredNumberScheduled?: number;
  readonly numberReady?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
}

/** Whether every pod that a workload wants is there and ready. A workload that wants none is not called healthy. */
export function isHealthy(workload: Workload): boolean {
  const status = (workload.status ?? {}) as Counts;
  if ((status.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) return false;
  switch (workload.kind as WorkloadKind) {
    case 'Deployment':
    case 'StatefulSet': {
      const wanted = (workload.spec as Counts | undefined)?.replicas ?? 1;
      return wanted > 0 && (status.readyReplicas ?? 0) >= wanted;
    }
    case 'DaemonSet':
      return (status.desiredNumberScheduled ?? 0) > 0 && status.numberReady === status.desiredNumberScheduled;
    default:
      return false;
  }
}

/** Whether every pod of a Deployment or StatefulSet was made from the template that it has now. */
export function isRolledOut(workload: Workload): boolean {
  const { observedGeneration = 0, updatedReplicas = 0, replicas = 0 } = (workload.status ?? {}) as Counts;
  return observedGeneration >= (workload.metadata.generation ?? 0) && updatedReplicas >= replicas;
}

/** What the API server answered to the creation of the workload's pods, if it refuses them (apps/v1 ReplicaFailure). */
export function creationFailure(workload: Workload): string | undefined {
  const conditions = ((workload.status ?? {}) as Counts).conditions ?? [];
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return failure === undefined ? undefined : (failure.message ?? 'no message');
}

/** Why a workload replaces no pods at the moment although its template changed; undefined where it does. */
export function rolloutHold(
  workload: Workload,
): 'RolloutPaused' | 'RolloutPartitioned' | 'RolloutOnDelete' | undefined {
  const spec = workload.spec as {
    readonly paused?: boolean;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  };
  if (spec.paused === true) return 'RolloutPaused';
  if (spec.updateStrategy?.type === 'OnDelete') return 'RolloutOnDelete';
  return (spec.updateStrategy?.rollingUpdate?.partition ?? 0) > 0 ? 'RolloutPartitioned' : undefined;
}

/** Whether a pod runs or is about to: not ended, and not ending. */
export function isAlive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** Whether a pod is ready. @param since since when at least; at any time by default */
export function isReady({ status }: Pod, since?: Date): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return false;
  return since === undefined || Date.parse(ready.lastTransitionTime ?? '') <= since.getTime();
}

/** Reasons for which the kubelet keeps a container from running that only a change of the pod can help. */
const hopeless: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** How a container of the user's own fails, in words; undefined where none does. */
export function crashOf({ metadata, status }: Pod): string | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { name, state, lastState, restartCount } of statuses) {
    if (sidecarContainers.includes(name)) continue;
    const ended = state?.terminated ?? lastState?.terminated;
    const waiting = state?.waiting?.reason ?? '';
    const keepsFailing = restartCount >= 2 && ended !== undefined && ended.exitCode !== 0;
    if (!hopeless.has(waiting) && !keepsFailing) continue;
    const how = waiting === '' ? 'restarted' : waiting;
    const exit = ended === undefined ? '' : `, exit code ${ended.exitCode}`;
    return `container ${name} of pod ${metadata.name}: ${how}, ${restartCount} restarts${exit}`;
  }
  return undefined;
}

/** Reasons for which the kubelet waits before it starts a sidecar, in words that do not change from one attempt to the next. */
const sidecarWaits: Readonly<Record<string, string>> = {
  CrashLoopBackOff: 'it ends again and again',
  ErrImagePull: 'its image cannot be pulled',
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImageNeverPull: 'its image is not on the node',
  InvalidImageName: 'its image has an invalid name',
  CreateContainerConfigError: 'its container cannot be made',
  CreateContainerError: 'its container cannot be made',
  RunContainerError: 'its container cannot be started',
};

/** Why a sidecar of a pod does not run, in words; undefined where all run or are about to. Such a pod is not ready. */
export function sidecarFault({ metadata, status }: Pod): string | undefined {
  for (const { name, state } of status?.initContainerStatuses ?? []) {
    const wait = sidecarWaits[state?.waiting?.reason ?? ''];
    if (wait !== undefined && sidecarContainers.includes(name)) return `${name} of pod ${metadata.name}: ${wait}`;
  }
  return undefined;
}
