import { sidecarContainers } from '../api/names.ts';
import type { PodTemplate } from '../inject/template.ts';
import type { Pod } from '../kube/builtin.ts';

type Spec = NonNullable<Pod['spec']>;
type Container = Spec['containers'][number];
type Status = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];

/** Annotations that are read: Standpipe's own, and what the kubelet marks static pods with. */
const readAnnotation = /^([a-z.]*\.)?standpipe\.dev\/|^kubernetes\.io\/config\.mirror$/;

/**
 * A pod with what the controllers read of it and nothing else: there are tens of thousands of them, and they are most of
 * what is cached. Whoever comes to read another field of cached pods keeps it here.
 */
export function slimPod({ apiVersion, kind, metadata, spec, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  const { labels, ownerReferences } = metadata;
  const kept = { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, labels, ownerReferences };
  return {
    apiVersion,
    kind,
    metadata: { ...present(kept), name, ...annotationsOf(metadata.annotations) },
    ...(spec === undefined ? {} : { spec: slimSpec(spec) }),
    ...(status === undefined ? {} : { status: slimStatus(status) }),
  };
}

/** The template of pods, with what is read of it: it is judged as the pods that come from it are. */
export function slimTemplate({ metadata, spec }: PodTemplate): PodTemplate {
  const { labels, annotations } = metadata ?? {};
  return {
    metadata: { ...present({ labels }), ...annotationsOf(annotations) },
    spec: slimSpec(spec as unknown as Spec),
  } as unknown as PodTemplate;
}

/** The fields that are there: an absent one must stay absent. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function annotationsOf(annotations: Readonly<Record<string, string>> = {}) {
  const read = Object.entries(annotations).filter(([key]) => readAnnotation.test(key));
  return read.length === 0 ? {} : { annotations: Object.fromEntries(read) };
}

function slimSpec(spec: Spec): Spec {
  const { containers, initContainers, volumes, nodeName, nodeSelector, tolerations, hostNetwork, os } = spec;
  return {
    ...present({
      nodeName,
      nodeSelector,
      hostNetwork,
      os,
      tolerations: tolerations?.filter(({ key }) => !isUsual(key)),
    }),
    containers: containers.map(slimContainer),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(slimContainer) }),
    ...(volumes === undefined ? {} : { volumes: volumes.map((volume) => ({ name: volume.name })) }),
  };
}

/** The two tolerations that the API server gives to every pod. */
function isUsual(key = ''): boolean {
  return key === 'node.kubernetes.io/not-ready' || key === 'node.kubernetes.io/unreachable';
}

/** Of the sidecars, nothing but the name matters. */
function slimContainer({ name, image, command, args, ports, env, volumeMounts }: Container): Container {
  if (sidecarContainers.includes(name)) return { name };
  return { name, ...present({ image, command, args, ports, env, volumeMounts }) };
}

function slimStatus({ phase, podIP, conditions, initContainerStatuses, containerStatuses }: Status): Status {
  return present({
    phase,
    podIP,
    conditions: conditions?.map(({ type, status, reason, message, lastTransitionTime }) => {
      return { type, status, ...present({ reason, message, lastTransitionTime }) };
    }),
    initContainerStatuses: initContainerStatuses?.map(slimContainerStatus),
    containerStatuses: containerStatuses?.map(slimContainerStatus),
  });
}

function slimContainerStatus(status: ContainerStatus): ContainerStatus {
  const { name, ready, restartCount, state, lastState, started } = status;
  return { name, ready, restartCount, image: '', imageID: '', ...present({ state, lastState, started }) };
}
