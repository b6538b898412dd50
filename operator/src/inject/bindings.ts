import type { V1Volume } from '@kubernetes/client-node';
import { bindingEntryKey, bindingVolume, configMapName, defaultBindingRoot } from '../api/names.ts';
import type { Plan, PlanBinding } from '../plan/plan.ts';
import type { Edit } from './edit.ts';
import { selected } from './files.ts';
import { isForeign } from './foreign.ts';
import { allContainers, type Container, type PodTemplate } from './template.ts';

const rootVariable = 'SERVICE_BINDING_ROOT';

/** Mounts every binding and sets its variables, in the pod's own containers and init containers. */
export function addBindings(edit: Edit, plan: Plan): void {
  for (const binding of plan.bindings) if (binding.files) edit.addVolume(volumeOf(plan, binding));
  for (const container of bound(edit.template, plan)) {
    const root = bindingRoot(container);
    for (const binding of plan.bindings) addBinding(edit, container, binding, root);
  }
}

function addBinding(edit: Edit, container: Container, binding: PlanBinding, root: string): void {
  if (binding.files) {
    edit.addEnv(container, { name: rootVariable, value: root });
    edit.addMount(container, {
      name: bindingVolume(binding.name),
      mountPath: `${root}/${binding.name}`,
      readOnly: true,
    });
  }
  for (const { name, key, optional } of binding.env) {
    const secretKeyRef = { name: binding.secretName, key, ...(optional ? { optional } : {}) };
    edit.addEnv(container, { name, valueFrom: { secretKeyRef } });
  }
}

/** Whether a container of the user's already mounts something where a binding would appear. */
export function bindingPathTaken(template: PodTemplate, plan: Plan): boolean {
  return bound(template, plan).some((container) => {
    const root = bindingRoot(container);
    const paths = new Set(plan.bindings.filter(({ files }) => files).map(({ name }) => `${root}/${name}`));
    return (container.volumeMounts ?? []).some((mount) => paths.has(mount.mountPath.replace(/\/+$/, '')));
  });
}

function bound(template: PodTemplate, plan: Plan): Container[] {
  return allContainers(template).filter(({ name }) => !isForeign(name) && selected(plan, name));
}

/** The Service Binding specification lets a container choose its root by setting the variable. */
function bindingRoot(container: Container): string {
  const value = container.env?.find((entry) => entry.name === rootVariable)?.value;
  // The API server takes no mount path with a colon.
  return value?.startsWith('/') === true && !value.includes(':') ? value.replace(/\/+$/, '') : defaultBindingRoot;
}

/** Not optional: an app without its credentials should wait, visibly. */
function volumeOf(plan: Plan, binding: PlanBinding): V1Volume {
  const name = bindingVolume(binding.name);
  if (binding.entries.length === 0) return { name, secret: { secretName: binding.secretName } };
  const items = binding.entries.map((entry) => ({ key: bindingEntryKey(binding.name, entry), path: entry }));
  return {
    name,
    projected: {
      sources: [
        { secret: { name: binding.secretName } },
        { configMap: { name: configMapName(plan.microservice), items, optional: true } },
      ],
    },
  };
}
