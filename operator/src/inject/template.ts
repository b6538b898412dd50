import type { V1Container, V1PodSpec } from '@kubernetes/client-node';

/** A container as it travels on the wire. */
export type Container = V1Container;

/** What injection works on: a Pod, or the pod template of a workload. */
export interface PodTemplate {
  metadata?: {
    name?: string;
    generateName?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: V1PodSpec;
}

/** Init containers and containers of a pod, in that order. */
export function allContainers(template: PodTemplate): Container[] {
  return [...(template.spec.initContainers ?? []), ...template.spec.containers];
}
