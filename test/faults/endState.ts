import { microservices } from '../../operator/src/controllers/types.ts';
import {
  configMaps,
  controllerRevisions,
  deployments,
  pods,
  replicaSets,
  secrets,
} from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';

/** Everything in a namespace that the operator writes, or that follows from it, in a form that two runs can share. */
export type EndState = Readonly<Record<string, unknown>>;

const types: readonly ResourceType[] = [
  microservices,
  configMaps,
  secrets,
  controllerRevisions,
  deployments,
  replicaSets,
  pods,
];

/** What differs from run to run although the same was done. `generation` stays: it tells of changes that were undone. */
const unstable = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'lastTransitionTime', 'selfLink'];

/** Reads the state of a namespace. What Kubernetes itself puts into each one is left out. */
export async function endState(client: Client, namespace: string): Promise<EndState> {
  const lists = await Promise.all(types.map((type) => client.list(type, { namespace })));
  const objects = lists.flatMap(({ items }) => items).filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt');
  return Object.fromEntries(objects.map((object) => [nameOf(object), masked(stateOf(object))]));
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

/** The status of a workload is its controller's and takes its time; whatever it does follows from the spec. */
function stateOf(object: KubeObject): unknown {
  if (object.kind !== 'Deployment' && object.kind !== 'ReplicaSet') return object;
  const { status: _status, ...rest } = object as KubeObject & { readonly status?: unknown };
  return rest;
}

/** Texts may hold times, such as records in annotations do. */
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

function masked(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(time, 'T');
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !unstable.includes(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, masked(field)]));
}
