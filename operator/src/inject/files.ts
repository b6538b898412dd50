import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { filesVolume } from '../api/names.ts';
import type { Plan } from '../plan/plan.ts';
import type { Edit } from './edit.ts';
import { isForeign } from './foreign.ts';
import type { Container, PodTemplate } from './template.ts';

/**
 * Shares the directories that log files are written to. A directory that lies in a volume of the app's is shared as it
 * is, so nothing that the app keeps there is hidden; any other becomes an emptyDir, mounted into the app's containers
 * at the same path.
 * @returns what the logs sidecar mounts
 */
export function shareLogDirectories(edit: Edit, plan: Plan, directories: readonly string[]): V1VolumeMount[] {
  const mounts: V1VolumeMount[] = [];
  directories.forEach((directory, index) => {
    const existing = covering(writers(edit.template, plan), directory);
    if (existing === undefined) {
      mounts.push(addDirectory(edit, plan, directory, filesVolume(index)));
    } else if (!mounts.some(({ mountPath }) => mountPath === existing.mountPath)) {
      const { name, mountPath, subPath } = existing;
      mounts.push({ name, mountPath, ...(subPath == null ? {} : { subPath }) });
    }
  });
  return mounts;
}

/** Whether a log directory lies in a mount that the sidecar cannot have too: subPathExpr is made of the app's own variables. */
export function logDirectoryTaken(template: PodTemplate, plan: Plan): boolean {
  return (plan.logs?.directories ?? []).some(
    (directory) => covering(writers(template, plan), directory)?.subPathExpr != null,
  );
}

function addDirectory(edit: Edit, plan: Plan, directory: string, name: string): V1VolumeMount {
  const volume: V1Volume = { name, emptyDir: {} };
  edit.addVolume(volume);
  for (const container of writers(edit.template, plan)) edit.addMount(container, { name, mountPath: directory });
  return { name, mountPath: directory };
}

/** The containers whose logs are read. */
function writers({ spec }: PodTemplate, plan: Plan): Container[] {
  return spec.containers.filter(({ name }) => !isForeign(name) && selected(plan, name));
}

/** Whether the Microservice's declarations are for this container. */
export function selected(plan: Plan, container: string): boolean {
  return plan.containers.length === 0 || plan.containers.includes(container);
}

/** The mount of a container in which a directory lies, the nearest one above it; the first container that has one decides. */
function covering(containers: readonly Container[], directory: string): V1VolumeMount | undefined {
  for (const { volumeMounts } of containers) {
    const [nearest] = (volumeMounts ?? [])
      .filter(({ mountPath }) => mountPath !== '/' && `${directory}/`.startsWith(`${mountPath.replace(/\/+$/, '')}/`))
      .sort((a, b) => b.mountPath.length - a.mountPath.length);
    if (nearest !== undefined) return nearest;
  }
  return undefined;
}
