import { randomUUID } from 'node:crypto';
import { microservices } from '../../operator/src/controllers/types.ts';
import { deployments, namespaces, type Pod, pods, replicaSets, services } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { Entry, Etcd } from './etcd.ts';
import { deploymentOf, microserviceOf, perNamespace, placeOf, podsEach, serviceOf, shapes } from './shapes.ts';

/** Where the API server keeps objects of a type (the storage paths of its registries). */
const folders: Readonly<Record<string, string>> = {
  Microservice: 'standpipe.dev/microservices',
  Service: 'services/specs',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  Pod: 'pods',
};

/**
 * The Microservices of the bench and what belongs to them. The first of each shape are made through the API server, with
 * everything that it, the cluster's controllers and the webhook do to them; the others are copies of these under other names.
 */
export class Population {
  readonly #client: Client;
  readonly #etcd: Etcd;
  #size = 0;
  /** The first of each shape as they were when they had just been declared. */
  #declared: readonly (readonly KubeObject[])[] = [];

  constructor(client: Client, etcd: Etcd) {
    this.#client = client;
    this.#etcd = etcd;
  }

  /** Declares Microservices with Services and paused Deployments, without pods, until there are so many. */
  async declare(size: number): Promise<void> {
    const first = Math.ceil(this.#size / perNamespace);
    for (let i = first; i * perNamespace < size; i++) {
      const metadata = { name: placeOf(i * perNamespace).namespace, labels: { team: 'shop' } };
      await this.#client.create(namespaces, { metadata });
    }
    if (this.#size === 0) await this.#declareFirst();
    await this.#etcd.put(this.#copies(this.#declared, this.#size, size, () => ''));
    this.#size = size;
  }

  /** Gives pods to those from this number on, as the rollout that the operator has started would have. */
  async roll(from: number): Promise<void> {
    if (from === 0) await this.#rollFirst();
    const types = [deployments, replicaSets, pods] as readonly ResourceType[];
    const prototypes = await this.#prototypes(types);
    const stored = await this.#client.list(microservices);
    const revisions = new Map(stored.items.map(({ metadata, status }) => [metadata.name, status?.revision ?? '']));
    const uids = await this.#uids(deployments as ResourceType);
    const revisionOf = (index: number) => revisions.get(placeOf(index).name) ?? '';
    await this.#etcd.put(this.#copies(prototypes, Math.max(from, shapes.length), this.#size, revisionOf, uids));
  }

  async #declareFirst(): Promise<void> {
    for (const index of shapes.keys()) {
      await this.#client.create(microservices as ResourceType, microserviceOf(index));
      await this.#client.create(services as ResourceType, serviceOf(index));
      await this.#client.create(deployments as ResourceType, deploymentOf(index));
    }
    this.#size = shapes.length;
    await eventually(async () => {
      const observed = (await this.#first(deployments)).map(({ status }) => status?.observedGeneration);
      if (observed.includes(undefined)) throw new Error('the controller manager has not seen the Deployments yet');
    });
    this.#declared = await this.#prototypes([microservices, services, deployments] as readonly ResourceType[]);
  }

  /** The webhook injects the pods; in place of a kubelet, the bench says that they run. */
  async #rollFirst(): Promise<void> {
    for (const index of shapes.keys()) {
      const { namespace, name } = placeOf(index);
      const metadata = { namespace, name };
      await this.#client.apply(
        deployments,
        { metadata, spec: { paused: false } },
        { fieldManager: 'bench', force: true },
      );
    }
    const injected = await eventually(async () => {
      const found = await this.#first(pods as ResourceType<Pod>);
      if (found.length < shapes.length * podsEach) throw new Error(`there are ${found.length} pods`);
      return found;
    });
    for (const pod of injected) await this.#run(pod);
    await eventually(async () => {
      const ready = (await this.#first(deployments)).map(({ status }) => status?.readyReplicas);
      if (!ready.every((count) => count === podsEach)) throw new Error(`ready pods of the Deployments: ${ready}`);
    });
  }

  async #run({ metadata, spec }: Pod): Promise<void> {
    const since = new Date().toISOString().replace(/\.\d+/, '');
    const started = (name: string) => ({
      name,
      image: 'registry.example/image:1',
      imageID: `registry.example/image@sha256:${'0'.repeat(64)}`,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: since } },
    });
    const types = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
    const status = {
      phase: 'Running',
      podIP: '192.0.2.1',
      podIPs: [{ ip: '192.0.2.1' }],
      startTime: since,
      conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime: since })),
      containerStatuses: (spec?.containers ?? []).map(({ name }) => started(name)),
      initContainerStatuses: (spec?.initContainers ?? []).map(({ name }) => started(name)),
    };
    const { namespace, name } = metadata;
    await this.#client.applyStatus(pods, { metadata: { namespace, name }, status } as never, {
      fieldManager: 'kubelet',
    });
  }

  /** The objects of the first Microservices, in the order of their shapes. */
  async #prototypes(types: readonly ResourceType[]): Promise<KubeObject[][]> {
    const all = (await Promise.all(types.map((type) => this.#first(type)))).flat();
    return [...shapes.keys()].map((index) => all.filter((object) => nameWithin(object) === placeOf(index).name));
  }

  async #first<T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]> {
    const { items } = await this.#client.list(type, { namespace: placeOf(0).namespace });
    const names = [...shapes.keys()].map((index) => placeOf(index).name);
    return items.filter((object) => names.includes(nameWithin(object)));
  }

  async #uids(type: ResourceType): Promise<ReadonlyMap<string, string>> {
    const { items } = await this.#client.list(type);
    return new Map(items.map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
  }

  *#copies(
    prototypes: readonly (readonly KubeObject[])[],
    from: number,
    to: number,
    revisionOf: (index: number) => string,
    uids: ReadonlyMap<string, string> = new Map(),
  ): Generator<Entry> {
    for (let index = from; index < to; index++) {
      const shape = index % shapes.length;
      yield* copiesOf(prototypes[shape] ?? [], shape, index, revisionOf, uids);
    }
  }
}

/** `service-00001` in the name of a Microservice, a Deployment, a ReplicaSet or a pod. */
function nameWithin({ metadata }: KubeObject): string {
  return metadata.name.slice(0, placeOf(0).name.length);
}

/** The objects of one Microservice under the names, UIDs and revision of another. */
function* copiesOf(
  objects: readonly KubeObject[],
  shape: number,
  index: number,
  revisionOf: (index: number) => string,
  uids: ReadonlyMap<string, string>,
): Generator<Entry> {
  const [was, is] = [placeOf(shape), placeOf(index)];
  const callee = placeOf(index - (index % perNamespace)).name;
  const replaced: [string, string][] = [
    [was.name, is.name],
    [was.namespace, is.namespace],
    [revisionOf(shape), revisionOf(index)],
  ];
  for (const { kind, metadata } of objects) {
    const kept = kind === 'Deployment' ? uids.get(is.name) : undefined;
    replaced.push([metadata.uid ?? '', kept ?? randomUUID()]);
  }
  for (const object of objects) {
    // The callee of the first namespace is named by shape 3 and must become that of the copy's own.
    const text = replaced
      .filter(([from]) => from !== '')
      .reduce((whole, [from, to]) => whole.replaceAll(from, to), JSON.stringify(object))
      .replaceAll(`"microservice":{"name":"${placeOf(0).name}"}`, `"microservice":{"name":"${callee}"}`);
    const value = JSON.parse(text) as KubeObject & { metadata: { resourceVersion?: string } };
    delete value.metadata.resourceVersion;
    yield { key: `/registry/${folders[object.kind]}/${is.namespace}/${value.metadata.name}`, value };
  }
}
