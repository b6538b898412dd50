import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { filesVolume } from '../api/names.ts';
import type { Plan } from '../plan/plan.ts';
import type { Edit } from './edit.ts';
import { isForeign } from './foreign.ts';
import { allContainers, type Container } from './template.ts';

/**
 * Shares the directories that log files are written to. A directory that a container already mounts is shared as it
 * is; any other becomes an emptyDir, mounted into the app's containers at the same path.
 * @returns what the logs sidecar mounts
 */
export function shareLogDirectories(edit: Edit, plan: Plan, directories: readonly string[]): V1VolumeMount[] {
  return directories.map((directory, index) => {
    const existing = mountAt(allContainers(edit.template), directory);
    if (existing !== undefined) return { name: existing.name, mountPath: directory };
    const volume: V1Volume = { name: filesVolume(index), emptyDir: {} };
    edit.addVolume(volume);
    for (const container of edit.template.spec.containers) {
      if (isForeign(container.name) || !selected(plan, container.name)) continue;
      edit.addMount(container, { name: volume.name, mountPath: directory });
    }
    return { name: volume.name, mountPath: directory };
  });
}

/** Whether the Microservice's declarations are for this container. */
export function selected(plan: Plan, container: string): boolean {
  return plan.containers.length === 0 || plan.containers.includes(container);
}

function mountAt(containers: readonly Container[], directory: string): V1VolumeMount | undefined {
  for (const container of containers) {
    // A mount of a part of a volume shows another tree to the sidecar unless it mounts the same part.
    const mount = container.volumeMounts?.find(
      (m) => m.mountPath === directory && m.subPath == null && m.subPathExpr == null,
    );
    if (mount !== undefined) return mount;
  }
  return undefined;
}
