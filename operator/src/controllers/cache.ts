import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { managedBy, managedByLabel, microserviceLabel, ownerLabel } from '../api/names.ts';
import {
  type ConfigMap,
  type ControllerRevision,
  configMaps,
  controllerRevisions,
  type Namespace,
  type NetworkPolicy,
  namespaces,
  networkPolicies,
  type Pod,
  pods,
  type Secret,
  type Service,
  secrets,
  services,
} from '../kube/builtin.ts';
import type { Selection } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { Log } from '../kube/log.ts';
import { Reflector, type ReflectorHooks } from '../kube/reflector.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import { type Indexer, Store } from '../kube/store.ts';
import { strip } from '../kube/strip.ts';
import type { KubeObject } from '../kube/wire.ts';
import { digested } from './digested.ts';
import { slimPod } from './slimPod.ts';
import { slimWorkload } from './slimWorkload.ts';
import { brokers, logSinks, microservices, type Workload, type WorkloadKind } from './types.ts';
import { marksOf, workloadTypes } from './workloads.ts';

export interface CacheOptions {
  readonly client: Client;
  readonly log: Log;
  readonly hooks: ReflectorHooks;
  /** The operator's own namespace. */
  readonly namespace: string;
  /** The namespaces whose Microservices are looked after; all of the cluster where nothing is said. */
  readonly namespaces?: readonly string[] | undefined;
}

/** Everything that the controller watches. */
export class ControllerCache {
  readonly microservices: Store<Microservice>;
  readonly brokers: Store<Broker>;
  readonly sinks: Store<LogSink>;
  readonly namespaces: Store<Namespace>;
  readonly services: Store<Service>;
  readonly networkPolicies: Store<NetworkPolicy>;
  /** The Secrets of the operator's own namespace, where the platform team keeps credentials. */
  readonly secrets: Store<Secret>;
  /** The generated ConfigMaps, with a digest in the place of their data. */
  readonly configMaps: Store<ConfigMap>;
  readonly plans: Store<ControllerRevision>;
  readonly pods: Store<Pod>;
  readonly workloads: Readonly<Record<WorkloadKind, Store<Workload>>>;
  readonly #options: CacheOptions;
  readonly #reflectors: { readonly run: (signal: AbortSignal) => Promise<void>; readonly synced: Promise<void> }[] = [];

  constructor(options: CacheOptions) {
    this.#options = options;
    this.microservices = this.#watch(
      microservices,
      {},
      {
        workload: (m) => [workloadKey(m)],
        callee: calleeKeys,
        named: (m) => (m.spec.metrics.inbound === 'named' ? [m.metadata.namespace ?? ''] : []),
        caller: (m) => (calleeKeys(m).length === 0 ? [] : [m.metadata.namespace ?? '']),
      },
    );
    this.brokers = this.#watch(brokers);
    this.sinks = this.#watch(logSinks);
    this.namespaces = this.#watch(namespaces);
    this.services = this.#watch(services);
    this.networkPolicies = this.#watch(networkPolicies);
    this.secrets = this.#watch(secrets, { namespace: options.namespace });
    const generated = { labelSelector: `${managedByLabel}=${managedBy}` };
    this.configMaps = this.#watch(configMaps, generated, {}, digested);
    this.plans = this.#watch(controllerRevisions, generated, { owner: byLabel(ownerLabel) });
    this.pods = this.#watch(
      pods,
      { labelSelector: microserviceLabel },
      { microservice: byLabel(microserviceLabel) },
      slimPod,
    );
    const marked: Indexer<Workload> = (w) => {
      const marks = marksOf(w);
      return marks === null ? [] : [`${w.metadata.namespace}/${marks.microservice}`];
    };
    const workloads = (kind: WorkloadKind) => this.#watch(workloadTypes[kind], {}, { marked }, slimWorkload);
    this.workloads = {
      Deployment: workloads('Deployment'),
      StatefulSet: workloads('StatefulSet'),
      DaemonSet: workloads('DaemonSet'),
      CronJob: workloads('CronJob'),
    };
  }

  /** Resolves when every store holds a first whole list. */
  async synced(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.synced));
  }

  /** Keeps the stores up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  /** The workloads whose templates carry the label of a Microservice. */
  marked(key: string): readonly Workload[] {
    return Object.values(this.workloads).flatMap((store) => store.byIndex('marked', key));
  }

  #watch<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection = {},
    indexers: Readonly<Record<string, Indexer<T>>> = {},
    transform: (object: T) => T = strip(),
  ): Store<T> {
    const { client, log, hooks } = this.#options;
    const namespaces = type.namespaced && selection.namespace === undefined ? this.#options.namespaces : undefined;
    const store = new Store<T>({ indexers, namespaces });
    const shared = { client, type, store, log, hooks, transform, ...selection };
    const parts = namespaces?.map((namespace) => ({ ...shared, namespace })) ?? [shared];
    for (const part of parts) {
      const reflector = new Reflector<T>(part);
      this.#reflectors.push({ run: (signal) => reflector.run(signal), synced: store.synced });
    }
    return store;
  }
}

function byLabel(label: string): Indexer<KubeObject> {
  return ({ metadata }) => {
    const value = metadata.labels?.[label];
    return value === undefined ? [] : [`${metadata.namespace}/${value}`];
  };
}

/** The Microservices that one calls, as `<namespace>/<name>`. */
function calleeKeys({ metadata, spec }: Microservice): string[] {
  return (spec.bindings ?? []).flatMap(({ microservice }) =>
    microservice === undefined ? [] : [`${metadata.namespace}/${microservice.name}`],
  );
}

/** Names the workload of a Microservice as `<kind>/<namespace>/<name>`: `None` never equals a workload's own key. */
export function workloadKey({ metadata, spec }: Microservice): string {
  const { kind = 'Deployment', name = metadata.name } = spec.workload ?? {};
  return `${kind}/${metadata.namespace}/${name}`;
}
