import { ownerLabel, planName } from '../../operator/src/api/names.ts';
import type { Workload } from '../../operator/src/controllers/types.ts';
import { microservices } from '../../operator/src/controllers/types.ts';
import { marksOf } from '../../operator/src/controllers/workloads.ts';
import {
  type ControllerRevision,
  configMaps,
  controllerRevisions,
  cronJobs,
  deployments,
  type Secret,
  secrets,
  statefulSets,
} from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';

/** What a Microservice has come to. */
export interface State {
  /** Whether the status speaks of the present declaration. */
  readonly current: boolean;
  /** The reason of the condition Ready, and its message. */
  readonly ready: { readonly status: string; readonly reason: string; readonly message: string };
  readonly revision: string | undefined;
  /** The Microservice's status without what differs from run to run. */
  readonly status: unknown;
  /** The content of what was generated, and of the Plan in use. */
  readonly children: Readonly<Record<string, unknown>>;
  /** The marks on each workload, and how often its spec was changed. */
  readonly workloads: Readonly<
    Record<string, { readonly marks: ReturnType<typeof marksOf>; readonly generation: number }>
  >;
  /** The resource version of each child, stored Plans of the past among them. */
  readonly versions: Readonly<Record<string, string>>;
}

const workloadTypes = [deployments, statefulSets, cronJobs] as readonly ResourceType[];
const childTypes: readonly ResourceType[] = [configMaps, secrets, controllerRevisions];

/** Reads the state of a Microservice. */
export async function stateOf(client: Client, namespace: string, name: string): Promise<State> {
  const labelSelector = `${ownerLabel}=${name}`;
  const [microservice, children, workloads] = await Promise.all([
    client.get(microservices, { namespace, name }),
    Promise.all(childTypes.map((type) => client.list(type, { namespace, labelSelector }))),
    Promise.all(workloadTypes.map((type) => client.list(type, { namespace }))),
  ]);
  const { metadata, status } = microservice;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const generated = children.flatMap(({ items }) => items);
  const all = workloads.flatMap(({ items }) => items) as readonly Workload[];
  // Of the stored Plans the one in use counts; how many there are is a matter of history.
  const inUse = (object: KubeObject) =>
    object.kind !== 'ControllerRevision' || object.metadata.name === planName(name, status?.revision ?? '');
  return {
    current: status?.observedGeneration === metadata.generation && ready?.observedGeneration === metadata.generation,
    ready: { status: ready?.status ?? '', reason: ready?.reason ?? '', message: ready?.message ?? '' },
    revision: status?.revision,
    status: normalised({ ...status, observedGeneration: 0 }, namespace),
    children: Object.fromEntries(
      generated.filter(inUse).map((child) => [labelled(child, namespace), content(child, namespace)]),
    ),
    workloads: Object.fromEntries(
      all.map((one) => [nameOf(one), { marks: marksOf(one), generation: one.metadata.generation ?? 0 }]),
    ),
    versions: Object.fromEntries(generated.map((one) => [nameOf(one), one.metadata.resourceVersion ?? ''])),
  };
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

function labelled(object: KubeObject, namespace: string): string {
  return normalised(nameOf(object), namespace) as string;
}

/** What a child says, without what every object has; the number of a Plan tells how many there were before. */
function content(object: KubeObject, namespace: string): unknown {
  const { metadata, revision: _revision, ...rest } = object as KubeObject & Partial<ControllerRevision & Secret>;
  const data = object.kind === 'Secret' ? { data: decoded(rest.data) } : {};
  return normalised({ ...rest, ...data, labels: metadata.labels }, namespace);
}

function decoded(data: object = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value as string)]));
}

const unstable = ['uid', 'lastTransitionTime', 'observedGeneration'];

/** A digest over something that names the namespace. */
const digest = /\b[0-9a-f]{10,64}\b/g;

/** A value in a form that two namespaces can share. */
export function normalised(value: unknown, namespace: string): unknown {
  if (typeof value === 'string') return value.replaceAll(namespace, 'NAMESPACE').replace(digest, 'DIGEST');
  if (Array.isArray(value)) return value.map((item) => normalised(item, namespace)).toSorted(byType);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !unstable.includes(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, normalised(field, namespace)]));
}

/** Conditions may stand in any order; other lists keep theirs. */
function byType(a: unknown, b: unknown): number {
  const [first, second] = [a, b].map((item) => (item as { readonly type?: unknown } | null)?.type);
  return typeof first === 'string' && typeof second === 'string' ? first.localeCompare(second) : 0;
}
