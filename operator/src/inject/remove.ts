import { isDeepStrictEqual } from 'node:util';
import { injectedAnnotation, volumePrefix } from '../api/names.ts';
import { draftOf } from './draft.ts';
import { probePort } from './edit.ts';
import { type ContainerUndo, type InjectionRecord, recordOf } from './record.ts';
import { allContainers, type Container, type PodTemplate } from './template.ts';

type Undo = InjectionRecord['undo'];

/**
 * Takes out of a pod what `inject` put in, by the record that the pod carries. What somebody changed since is left as
 * they made it. A pod without a record is returned as an equal copy. Pure; the result shares parts with what was given.
 */
export function remove(injected: PodTemplate): PodTemplate {
  const template = draftOf(injected);
  const record = recordOf(template);
  if (record === null) {
    // The annotation is ours, so one that cannot be read is worth nothing to anybody.
    delete template.metadata?.annotations?.[injectedAnnotation];
    return template;
  }
  const { spec } = template;
  const { undo } = record;
  const sidecars = new Set(record.sidecars);
  const keep = <T extends { name: string }>(list: readonly T[] | undefined, ours: (name: string) => boolean) =>
    (list ?? []).filter((entry) => !ours(entry.name));

  if (spec.initContainers) spec.initContainers = keep(spec.initContainers, (name) => sidecars.has(name));
  if (spec.volumes) spec.volumes = keep(spec.volumes, (name) => name.startsWith(volumePrefix));
  if (spec.imagePullSecrets) {
    spec.imagePullSecrets = spec.imagePullSecrets.filter(({ name }) => !undo.imagePullSecrets.includes(name ?? ''));
  }
  for (const container of allContainers(template)) {
    if (!Object.hasOwn(undo.containers, container.name)) continue;
    restoreContainer(container, undo.containers[container.name] as ContainerUndo);
  }
  restoreGrace(template, undo);
  restoreAnnotations(template, undo);
  for (const field of ['initContainers', 'volumes', 'imagePullSecrets'] as const) {
    if (undo.absent.includes(field) && spec[field]?.length === 0) delete spec[field];
  }
  return template;
}

function restoreContainer(container: Container, undo: ContainerUndo): void {
  if (container.env) {
    container.env = container.env
      .filter((entry) => !undo.env.some((added) => isDeepStrictEqual(added, entry)))
      .map((entry) => undo.ports.find(({ was, is }) => was.name === entry.name && entry.value === is)?.was ?? entry);
  }
  if (container.volumeMounts) {
    container.volumeMounts = container.volumeMounts.filter(
      (mount) => !(undo.mounts.includes(mount.mountPath) && mount.name.startsWith(volumePrefix)),
    );
  }
  for (const { port, was } of undo.portNames ?? []) {
    container.ports = (container.ports ?? []).map((entry) =>
      entry.containerPort === port && entry.name === undefined ? { name: was, ...entry } : entry,
    );
  }
  for (const { probe, was, is } of undo.probes) {
    const handler = probePort(container, probe);
    if (handler !== null && was !== null && handler.port === is) handler.port = was;
  }
  for (const field of ['env', 'volumeMounts'] as const) {
    if (undo.absent.includes(field) && container[field]?.length === 0) delete container[field];
  }
}

function restoreGrace({ spec }: PodTemplate, { grace }: Undo): void {
  if (!grace || spec.terminationGracePeriodSeconds !== grace.is) return;
  if (grace.was === null) delete spec.terminationGracePeriodSeconds;
  else spec.terminationGracePeriodSeconds = grace.was;
}

function restoreAnnotations({ metadata }: PodTemplate, undo: Undo): void {
  const annotations = metadata?.annotations;
  if (metadata === undefined || annotations === undefined) return;
  for (const [key, { was, is }] of Object.entries(undo.annotations)) {
    if (annotations[key] !== is) continue;
    if (was === null) delete annotations[key];
    else annotations[key] = was;
  }
  delete annotations[injectedAnnotation];
  if (undo.absent.includes('annotations') && Object.keys(annotations).length === 0) delete metadata.annotations;
}
