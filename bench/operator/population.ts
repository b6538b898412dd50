import { setTimeout as sleep } from 'node:timers/promises';
import { microservices } from '../../operator/src/controllers/types.ts';
import {
  configMaps,
  controllerRevisions,
  deployments,
  namespaces,
  type Pod,
  pods,
  replicaSets,
  secrets,
  services,
} from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';
import { eventually } from '../../test/support/eventually.ts';
import { copiesOf, type Known } from './copies.ts';
import type { Entry, Etcd } from './etcd.ts';
import { deploymentOf, microserviceOf, perNamespace, placeOf, podsEach, serviceOf, shapes } from './shapes.ts';

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
    await this.#makeNamespaces(size);
    if (this.#size === 0) await this.#declareFirst();
    await this.#etcd.put(this.#copies(this.#declared, this.#size, size));
    this.#size = size;
  }

  /** Gives pods to those from this number on, as the rollout that the operator has started would have. */
  async roll(from: number): Promise<void> {
    if (from === 0) await this.#rollFirst();
    const prototypes = await this.#prototypes([deployments, replicaSets, pods] as readonly ResourceType[]);
    const stored = await this.#client.list(microservices);
    const revisions = new Map(stored.items.map(({ metadata, status }) => [metadata.name, status?.revision ?? '']));
    const uids = await this.#uids(deployments as ResourceType);
    const revision = (index: number) => revisions.get(placeOf(index).name) ?? '';
    const copies = this.#copies(prototypes, Math.max(from, shapes.length), this.#size, (index) => ({
      deploymentUid: uids.get(placeOf(index).name),
      revisions: [revision(index % shapes.length), revision(index)],
    }));
    await this.#etcd.put(copies);
  }

  /** Adds Microservices with everything that the operator and the cluster would have made for them, until there are so many. */
  async settle(size: number): Promise<void> {
    await this.#makeNamespaces(size);
    const generated = [configMaps, secrets, controllerRevisions];
    const all = [microservices, services, deployments, replicaSets, pods, ...generated];
    const prototypes = await this.#prototypes(all as readonly ResourceType[]);
    await this.#etcd.put(this.#copies(prototypes, this.#size, size), 3_000);
    this.#size = size;
  }

  /** Waits until nobody has written anything for some seconds. */
  async untilQuiet(quietMs = 5_000): Promise<void> {
    for (;;) {
      const revision = await this.#etcd.revision();
      await sleep(quietMs);
      const written = await this.#etcd.writtenSince(revision);
      if (written.every((key) => /^\/registry\/(peerserver)?leases\//.test(key))) return;
    }
  }

  async #makeNamespaces(size: number): Promise<void> {
    for (let i = Math.ceil(this.#size / perNamespace); i * perNamespace < size; i++) {
      const metadata = { name: placeOf(i * perNamespace).namespace, labels: { team: 'shop' } };
      await this.#client.create(namespaces, { metadata });
    }
  }

  async #declareFirst(): Promise<void> {
    for (const index of shapes.keys()) {
      await this.#client.create(microservices as ResourceType, microserviceOf(index));
      await this.#client.create(services as ResourceType, serviceOf(index));
      await this.#client.create(deployments as ResourceType, deploymentOf(index));
    }
    this.#size = shapes.length;
    await this.#pauseFirst(true);
    this.#declared = await this.#prototypes([microservices, services, deployments] as readonly ResourceType[]);
  }

  /** The webhook injects the pods; in place of a kubelet, the bench says that they run. */
  async #rollFirst(): Promise<void> {
    await this.#pauseFirst(false);
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
    // Of a copy, the controller manager may see the Deployment before the ReplicaSet, and would make another one.
    await this.#pauseFirst(true);
  }

  async #pauseFirst(paused: boolean): Promise<void> {
    for (const index of shapes.keys()) {
      const applied = { metadata: placeOf(index), spec: { paused } };
      await this.#client.apply(deployments, applied, { fieldManager: 'bench', force: true });
    }
    await eventually(async () => {
      const seen = (await this.#first(deployments)).map(({ metadata, status }) => {
        return status?.observedGeneration === metadata.generation;
      });
      if (seen.includes(false)) throw new Error('the controller manager has not seen the Deployments yet');
    });
  }

  async #run({ metadata, spec }: Pod): Promise<void> {
    // For long enough that nobody waits for their sidecars' reports, which do not come.
    const since = new Date(Date.now() - 300_000).toISOString().replace(/\.\d+/, '');
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
    known: (index: number) => Known = () => ({}),
  ): Generator<Entry> {
    for (let index = from; index < to; index++) {
      const shape = index % shapes.length;
      yield* copiesOf(prototypes[shape] ?? [], shape, index, known(index));
    }
  }
}

/** `service-00001` in the name of a Microservice, or of an object that belongs to one. */
function nameWithin({ metadata }: KubeObject): string {
  return metadata.name.replace(/^standpipe\./, '').slice(0, placeOf(0).name.length);
}
