import { fieldManager, microserviceLabel, restartedAnnotation, revisionAnnotation } from '../api/names.ts';
import type { PodTemplate } from '../inject/template.ts';
import { cronJobs, daemonSets, deployments, statefulSets } from '../kube/builtin.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import type { KubeObject } from '../kube/wire.ts';
import type { Workload, WorkloadKind } from './types.ts';

/** The type of each kind of workload. */
export const workloadTypes: Readonly<Record<WorkloadKind, ResourceType<Workload>>> = {
  Deployment: deployments as ResourceType<Workload>,
  StatefulSet: statefulSets as ResourceType<Workload>,
  DaemonSet: daemonSets as ResourceType<Workload>,
  CronJob: cronJobs as ResourceType<Workload>,
};

/** The marks on a pod template. */
export interface Marks {
  readonly microservice: string;
  readonly revision: string;
  /** The outage for which the workload was rolled because its pods were bare. */
  readonly restartedFor?: string | undefined;
}

/** The pod template of a workload. */
export function templateOf(workload: Workload): PodTemplate {
  const spec = workload.spec as unknown as {
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
  };
  return (spec.jobTemplate?.spec.template ?? spec.template) as PodTemplate;
}

/** The marks that a workload's template carries, whoever put them there; null where it carries no label. */
export function marksOf(
  workload: Workload,
): (Pick<Marks, 'microservice' | 'restartedFor'> & { readonly revision?: string | undefined }) | null {
  const { metadata } = templateOf(workload);
  const microservice = metadata?.labels?.[microserviceLabel];
  if (microservice === undefined) return null;
  const { [revisionAnnotation]: revision, [restartedAnnotation]: restartedFor } = metadata?.annotations ?? {};
  return { microservice, revision, restartedFor };
}

/** Whether the marks on a workload were put there by the controller, and so are its to take off. */
export function markedByUs(workload: Workload): boolean {
  return (workload.metadata.managedFields ?? []).some(
    (entry) => entry.manager === fieldManager && JSON.stringify(entry.fieldsV1 ?? {}).includes(microserviceLabel),
  );
}

/**
 * Puts the marks on a workload's pod template, or takes off those that this controller put there (`marks` null). Nothing
 * else is touched. The UID makes sure that it is the workload that was looked at and not another one of that name.
 */
export async function applyMarks(
  client: Client,
  workload: Workload,
  marks: Marks | null,
  signal: AbortSignal,
): Promise<void> {
  const template = { template: { metadata: marks === null ? {} : marksMetadata(marks) } };
  const spec = workload.kind === 'CronJob' ? { jobTemplate: { spec: template } } : template;
  const { name, namespace, uid } = workload.metadata;
  const body = {
    metadata: { name, namespace, uid },
    ...(marks === null ? {} : { spec }),
  } as Applied<KubeObject>;
  const type = workloadTypes[workload.kind as WorkloadKind] as ResourceType;
  await client.apply(type, body, { fieldManager, force: true, signal });
}

function marksMetadata({ microservice, revision, restartedFor }: Marks): object {
  const restarted = restartedFor === undefined ? {} : { [restartedAnnotation]: restartedFor };
  return {
    labels: { [microserviceLabel]: microservice },
    annotations: { [revisionAnnotation]: revision, ...restarted },
  };
}

/** How many pods a workload wants now, as far as that can be said. */
export function desiredPods(workload: Workload): number {
  const spec = workload.spec as { readonly replicas?: number };
  const status = (workload.status ?? {}) as {
    readonly desiredNumberScheduled?: number;
    readonly active?: readonly object[];
  };
  switch (workload.kind as WorkloadKind) {
    case 'DaemonSet':
      return status.desiredNumberScheduled ?? 0;
    case 'CronJob':
      return status.active?.length ?? 0;
    default:
      return spec.replicas ?? 1;
  }
}
