import type { World } from './world.ts';

/**
 * Whether a namespace lets pods have what the standards baseline and restricted forbid, such as hostPath volumes and
 * further capabilities (Kubernetes, Pod Security Standards). No label means privileged.
 */
export function isPrivileged({ labels }: World['namespace']): boolean {
  return (labels['pod-security.kubernetes.io/enforce'] ?? 'privileged') === 'privileged';
}
