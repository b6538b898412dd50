/** The built-in types that Standpipe reads or writes, each with the type of its objects. */
import type {
  CoreV1Event,
  V1ConfigMap,
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Lease,
  V1MutatingWebhookConfiguration,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1Pod,
  V1ReplicaSet,
  V1Secret,
  V1Service,
  V1StatefulSet,
} from '@kubernetes/client-node';
import type { ResourceType } from './resourceType.ts';
import type { Kube, KubeObject } from './wire.ts';

export type Pod = Kube<V1Pod>;
export type Secret = Kube<V1Secret>;
export type ConfigMap = Kube<V1ConfigMap>;
export type Namespace = Kube<V1Namespace>;
export type Node = Kube<V1Node>;
export type NetworkPolicy = Kube<V1NetworkPolicy>;
export type Service = Kube<V1Service>;
export type Event = Kube<CoreV1Event>;
export type ControllerRevision = Kube<V1ControllerRevision>;
export type Deployment = Kube<V1Deployment>;
export type ReplicaSet = Kube<V1ReplicaSet>;
export type StatefulSet = Kube<V1StatefulSet>;
export type DaemonSet = Kube<V1DaemonSet>;
export type CronJob = Kube<V1CronJob>;
export type Lease = Kube<V1Lease>;
export type MutatingWebhookConfiguration = Kube<V1MutatingWebhookConfiguration>;

function define<T extends KubeObject>(
  group: string,
  kind: string,
  plural: string,
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): ResourceType<T> {
  return { group, version: 'v1', kind, plural, namespaced: scope === 'Namespaced' };
}

export const pods = define<Pod>('', 'Pod', 'pods');
export const secrets = define<Secret>('', 'Secret', 'secrets');
export const configMaps = define<ConfigMap>('', 'ConfigMap', 'configmaps');
export const namespaces = define<Namespace>('', 'Namespace', 'namespaces', 'Cluster');
export const nodes = define<Node>('', 'Node', 'nodes', 'Cluster');
export const services = define<Service>('', 'Service', 'services');
export const events = define<Event>('', 'Event', 'events');
export const controllerRevisions = define<ControllerRevision>('apps', 'ControllerRevision', 'controllerrevisions');
export const deployments = define<Deployment>('apps', 'Deployment', 'deployments');
export const replicaSets = define<ReplicaSet>('apps', 'ReplicaSet', 'replicasets');
export const statefulSets = define<StatefulSet>('apps', 'StatefulSet', 'statefulsets');
export const daemonSets = define<DaemonSet>('apps', 'DaemonSet', 'daemonsets');
export const cronJobs = define<CronJob>('batch', 'CronJob', 'cronjobs');
export const leases = define<Lease>('coordination.k8s.io', 'Lease', 'leases');
export const networkPolicies = define<NetworkPolicy>('networking.k8s.io', 'NetworkPolicy', 'networkpolicies');
export const mutatingWebhookConfigurations = define<MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
  'Cluster',
);
