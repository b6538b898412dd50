import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { AbsentField, Change, ContainerUndo, InjectionRecord, MovedProbe } from './record.ts';
import type { Container, PodTemplate } from './template.ts';

type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * A pod that is being injected, and the record of every change made to the user's own fields. All changes go through
 * here, so nothing can be changed without being recorded: these methods are the closed list.
 */
export class Edit {
  readonly template: PodTemplate;
  readonly #absent: AbsentField[] = [];
  readonly #pullSecrets: string[] = [];
  readonly #annotations: Record<string, Change<string>> = {};
  readonly #containers: Record<string, Draft<ContainerUndo>> = {};
  #grace: Change<number> | null = null;

  /** @param template changed in place: give it a copy */
  constructor(template: PodTemplate) {
    this.template = template;
  }

  /** Puts containers in front of the user's own init containers, and returns their names. */
  addSidecars(containers: readonly Container[]): string[] {
    this.#list('initContainers').unshift(...containers);
    return containers.map(({ name }) => name);
  }

  addVolume(volume: V1Volume): void {
    this.#list('volumes').push(volume);
  }

  /** Adds an image pull secret unless the pod has it. */
  addPullSecret(name: string): void {
    if (this.template.spec.imagePullSecrets?.some((entry) => entry.name === name) === true) return;
    this.#list('imagePullSecrets').push({ name });
    this.#pullSecrets.push(name);
  }

  /** Adds a variable unless the container has one of that name: the user's own word stands. */
  addEnv(container: Container, env: V1EnvVar): void {
    if (container.env?.some((entry) => entry.name === env.name) === true) return;
    const undo = this.#undo(container);
    if (container.env === undefined) undo.absent.push('env');
    container.env = [...(container.env ?? []), env];
    undo.env.push(env);
  }

  /** Sets the variable of a port in place, or adds it. */
  movePort(container: Container, name: string, value: string): void {
    const at = container.env?.findIndex((entry) => entry.name === name) ?? -1;
    const was = container.env?.[at];
    if (was === undefined) {
      this.addEnv(container, { name, value });
      return;
    }
    this.#undo(container).ports.push({ was, is: value });
    container.env = container.env?.with(at, { name, value }) ?? [];
  }

  addMount(container: Container, mount: V1VolumeMount): void {
    const undo = this.#undo(container);
    if (container.volumeMounts === undefined) undo.absent.push('volumeMounts');
    container.volumeMounts = [...(container.volumeMounts ?? []), mount];
    undo.mounts.push(mount.mountPath);
  }

  /** Takes a port's name off the container, for the sidecar to have it. */
  takePortName(container: Container, name: string): void {
    const undo = this.#undo(container);
    container.ports = (container.ports ?? []).map((entry) => {
      if (entry.name !== name) return entry;
      const { name: _, ...unnamed } = entry;
      undo.portNames = [...(undo.portNames ?? []), { port: entry.containerPort, was: name }];
      return unnamed;
    });
  }

  /** Points a probe at another port. */
  moveProbe(container: Container, probe: MovedProbe, port: number): void {
    const handler = probePort(container, probe);
    if (handler === null) return;
    this.#undo(container).probes.push({ probe, was: handler.port as number | string, is: port });
    handler.port = port;
  }

  /** Lengthens the grace period, so that the app keeps all of its own. @param seconds what is added */
  addGrace(seconds: number): void {
    const was = this.template.spec.terminationGracePeriodSeconds ?? null;
    // 30 s is the API's own default (core/v1 PodSpec.terminationGracePeriodSeconds).
    const is = (was ?? 30) + seconds;
    this.#grace = { was, is };
    this.template.spec.terminationGracePeriodSeconds = is;
  }

  setAnnotation(key: string, is: string): void {
    const was = this.template.metadata?.annotations?.[key] ?? null;
    if (was === is) return;
    this.#annotations[key] = { was, is };
    this.annotations()[key] = is;
  }

  /** The annotations of the pod, made if there are none. */
  annotations(): Record<string, string> {
    this.template.metadata ??= {};
    if (this.template.metadata.annotations === undefined) this.#absent.push('annotations');
    this.template.metadata.annotations ??= {};
    return this.template.metadata.annotations;
  }

  /** What `remove` needs to give the pod back as it was. */
  get undo(): InjectionRecord['undo'] {
    return {
      absent: this.#absent,
      imagePullSecrets: this.#pullSecrets,
      grace: this.#grace,
      annotations: this.#annotations,
      containers: this.#containers,
    };
  }

  #undo(container: Container): Draft<ContainerUndo> {
    // A container may be called `constructor`, which every object has already.
    const known = Object.hasOwn(this.#containers, container.name) ? this.#containers[container.name] : undefined;
    const undo = known ?? { absent: [], env: [], mounts: [], ports: [], probes: [] };
    this.#containers[container.name] = undo;
    return undo;
  }

  #list<K extends 'initContainers' | 'volumes' | 'imagePullSecrets'>(key: K) {
    const { spec } = this.template;
    if (spec[key] === undefined) {
      this.#absent.push(key);
      spec[key] = [];
    }
    return spec[key] as NonNullable<(typeof spec)[K]>;
  }
}

/** The part of a probe that names a port, or null for a probe that runs a command or is not there. */
export function probePort(container: Container, probe: MovedProbe): { port: number | string | object } | null {
  const handler = container[probe];
  return handler?.httpGet ?? handler?.tcpSocket ?? handler?.grpc ?? null;
}
