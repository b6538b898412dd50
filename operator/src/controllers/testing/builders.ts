import type { Microservice } from '../../api/generated/microservice.ts';
import type { Pod, Secret } from '../../kube/builtin.ts';
import { Store } from '../../kube/store.ts';
import type { KubeObject } from '../../kube/wire.ts';
import { workloadKey } from '../cache.ts';
import type { Workload, WorkloadKind } from '../types.ts';

/** A store that holds the objects, as after a first list. */
export function storeOf<T extends KubeObject>(objects: readonly T[]): Store<T> {
  const store = new Store<T>();
  store.replace(objects);
  return store;
}

/** A store of Microservices with the index that the controllers' cache has. */
export function microserviceStore(objects: readonly Microservice[]): Store<Microservice & KubeObject> {
  const store = new Store<Microservice & KubeObject>({ indexers: { workload: (object) => [workloadKey(object)] } });
  store.replace(objects as readonly (Microservice & KubeObject)[]);
  return store;
}

/** The stores of all kinds of workloads, with these in them. */
export function workloadStores(...objects: readonly Workload[]): Readonly<Record<WorkloadKind, Store<Workload>>> {
  const ofKind = (kind: WorkloadKind) => storeOf(objects.filter((object) => object.kind === kind));
  return {
    Deployment: ofKind('Deployment'),
    StatefulSet: ofKind('StatefulSet'),
    DaemonSet: ofKind('DaemonSet'),
    CronJob: ofKind('CronJob'),
  };
}

/** A workload `orders` of the namespace `shop`. @param spec without the pod template */
export function workload(kind: WorkloadKind, spec: object = {}, rest: object = {}): Workload {
  const template = { metadata: {}, spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] } };
  const templated = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  return {
    apiVersion: kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name: 'orders', namespace: 'shop', uid: `uid-${kind}` },
    spec: { ...templated, ...spec },
    ...rest,
  } as unknown as Workload;
}

/** A pod of the Microservice `orders`. */
export function pod(name: string, metadata: object = {}, rest: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { 'standpipe.dev/microservice': 'orders' }, ...metadata },
    spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] },
    ...rest,
  } as unknown as Pod;
}

/** A Secret with these texts in it. */
export function secret(name: string, texts: Readonly<Record<string, string>>): Secret {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'standpipe-system' }, data };
}
