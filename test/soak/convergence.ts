import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { microserviceLabel, revisionAnnotation } from '../../operator/src/api/names.ts';
import { marksOf } from '../../operator/src/controllers/workloads.ts';
import { recordOf } from '../../operator/src/inject/record.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import type { Deployment, Pod, StatefulSet } from '../../operator/src/kube/builtin.ts';
import { type KubeObject, keyOf } from '../../operator/src/kube/wire.ts';

/** Everything that is there. */
export interface Scene {
  readonly microservices: readonly (Microservice & KubeObject)[];
  readonly workloads: readonly (Deployment | StatefulSet)[];
  readonly pods: readonly Pod[];
}

interface Counts {
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly replicas?: number;
}

/** What has not converged yet, in words; nothing is left to be done where this is empty. Pure. */
export function unsettled({ microservices, workloads, pods }: Scene): readonly string[] {
  const found = new Map(microservices.map((microservice) => [keyOf(microservice), microservice]));
  return [
    ...microservices.flatMap(notReady),
    ...workloads.flatMap((workload) => wrongMarks(workload, found)),
    ...pods.flatMap(notInjected),
  ];
}

function notReady(microservice: Microservice & KubeObject): string[] {
  const { metadata, status } = microservice;
  const about = `Microservice ${keyOf(microservice)}`;
  if (status?.observedGeneration !== metadata.generation) return [`${about}: its status is of an earlier generation`];
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? [] : [`${about}: ${ready?.reason} ${ready?.message}`];
}

/** Every workload carries the label of its Microservice, unless there is none, and has all pods as they shall be. */
function wrongMarks(workload: Deployment | StatefulSet, found: ReadonlyMap<string, Microservice>): string[] {
  const { kind, metadata } = workload;
  const about = `${kind} ${keyOf(workload)}`;
  const wanted = found.has(keyOf(workload)) ? metadata.name : undefined;
  const marks = marksOf(workload);
  if (marks?.microservice !== wanted) return [`${about}: is marked for ${marks?.microservice} instead of ${wanted}`];
  const { updatedReplicas = 0, readyReplicas = 0, replicas = 0 } = (workload.status ?? {}) as Counts;
  const pods = workload.spec?.replicas ?? 1;
  const done = [updatedReplicas, readyReplicas, replicas].every((count) => count === pods);
  return done ? [] : [`${about}: ${updatedReplicas} updated and ${readyReplicas} ready of ${pods}`];
}

function notInjected(pod: Pod): string[] {
  const { labels = {}, annotations = {}, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined || labels[microserviceLabel] === undefined) return [];
  const record = recordOf(pod as unknown as PodTemplate);
  if (record === null) return [`Pod ${keyOf(pod)}: is bare`];
  const asked = annotations[revisionAnnotation];
  return asked === undefined || asked === record.revision ? [] : [`Pod ${keyOf(pod)}: has another Plan than its own`];
}
