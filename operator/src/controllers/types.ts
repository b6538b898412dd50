import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import type { CronJob, DaemonSet, Deployment, StatefulSet } from '../kube/builtin.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import type { KubeObject } from '../kube/wire.ts';
import type { PodMonitorSpec } from '../plan/podMonitor.ts';

function define<T extends KubeObject>(kind: string, plural: string, namespaced: boolean): ResourceType<T> {
  return { group: 'standpipe.dev', version: 'v1alpha1', kind, plural, namespaced };
}

export const microservices = define<Microservice & KubeObject>('Microservice', 'microservices', true);
export const brokers = define<Broker & KubeObject>('Broker', 'brokers', false);
export const logSinks = define<LogSink & KubeObject>('LogSink', 'logsinks', false);

/** A PodMonitor of the Prometheus operator; its kind is only in clusters that have that. */
export type PodMonitor = KubeObject & { readonly spec: PodMonitorSpec };
export const podMonitors: ResourceType<PodMonitor> = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'PodMonitor',
  plural: 'podmonitors',
  namespaced: true,
};

/** The kinds of workloads that the controller marks. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob';
export type Workload = Deployment | StatefulSet | DaemonSet | CronJob;
