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

/** A state, and the UIDs of the objects in it. */
export interface Snapshot {
  readonly state: EndState;
  readonly uids: ReadonlySet<string>;
}

/** What a life consists of. */
export const livingTypes: readonly ResourceType[] = [
  microservices,
  configMaps,
  secrets,
  controllerRevisions,
  deployments,
  replicaSets,
  pods,
];

/** Whether Kubernetes itself puts such an object into each namespace. */
export function isKubernetesOwn({ metadata }: KubeObject): boolean {
  return metadata.name === 'kube-root-ca.crt';
}

/** What differs from run to run although the same was done. `generation` stays: it tells of changes that were undone. */
const unstable = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'lastTransitionTime', 'selfLink'];

/** Reads the state of a namespace. */
export async function snapshot(client: Client, namespace: string): Promise<Snapshot> {
  const lists = await Promise.all(livingTypes.map((type) => client.list(type, { namespace })));
  const objects = lists.flatMap(({ items }) => items).filter((object) => !isKubernetesOwn(object));
  const state: Record<string, unknown> = {};
  for (const object of objects) {
    const name = nameOf(object);
    const nth = Object.keys(state).filter((key) => key === name || key.startsWith(`${name}#`)).length;
    state[nth === 0 ? name : `${name}#${nth}`] = masked(stateOf(object));
  }
  return { state, uids: new Set(objects.map(({ metadata }) => metadata.uid ?? '')) };
}

/** Pods of one ReplicaSet are told apart by a random ending: they are numbered here. */
function nameOf({ kind, metadata }: KubeObject): string {
  const { generateName } = metadata as { readonly generateName?: string };
  return `${kind}/${generateName ?? metadata.name}`;
}

/** The status of a workload is its controller's and takes its time; whatever it does follows from the spec. */
function stateOf(object: KubeObject): unknown {
  if (object.kind === 'Pod') return { ...object, metadata: { ...object.metadata, name: '' } };
  if (object.kind !== 'Deployment' && object.kind !== 'ReplicaSet') return object;
  const { status: _status, ...rest } = object as KubeObject & { readonly status?: unknown };
  return rest;
}

/** Texts may hold times, such as records in annotations do, and the names of tokens' volumes. */
const random = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|(?<=^kube-api-access-)[a-z0-9]{5}$/g;

function masked(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(random, '*');
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !unstable.includes(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, masked(field)]));
}
