import { injectAnnotation, microserviceLabel, sidecarContainers, sidecarPorts, volumePrefix } from '../api/names.ts';
import type { SkipReason } from '../api/reasons.ts';
import type { Plan } from '../plan/plan.ts';
import { allContainers, type PodTemplate } from './template.ts';

type Policy = (template: PodTemplate, plan: Plan) => SkipReason | null;

/** The policies in the order in which they are asked; the first that objects decides. */
const policies: readonly Policy[] = [
  (t, plan) => (t.metadata?.labels?.[microserviceLabel] === plan.microservice ? null : 'NotMarked'),
  (t) => (t.metadata?.annotations?.[injectAnnotation] === 'false' ? 'OptedOut' : null),
  (t) => (t.metadata?.annotations?.['kubernetes.io/config.mirror'] === undefined ? null : 'MirrorPod'),
  (t) => (t.spec.hostNetwork === true ? 'HostNetwork' : null),
  (t) => (isWindows(t) ? 'Windows' : null),
  (t, plan) => (plan.logs?.source === 'stdout' && isVirtual(t) ? 'VirtualNode' : null),
  (t) => (takesOurNames(t) ? 'NameTaken' : null),
  (t) => (takesOurPorts(t) ? 'PortTaken' : null),
  (t, plan) => (namesKnown(t, plan) ? null : 'WrongPod'),
];

/**
 * Why a pod must be admitted as it is, or null where it can be injected.
 * @param template the pod without anything of ours in it
 */
export function skipReason(template: PodTemplate, plan: Plan): SkipReason | null {
  for (const policy of policies) {
    const reason = policy(template, plan);
    if (reason !== null) return reason;
  }
  return null;
}

function isWindows({ spec }: PodTemplate): boolean {
  return spec.os?.name === 'windows' || spec.nodeSelector?.['kubernetes.io/os'] === 'windows';
}

/** Virtual kubelets and Fargate have no node file system. Both mark the pod before it is scheduled. */
function isVirtual({ spec, metadata }: PodTemplate): boolean {
  return (
    spec.nodeSelector?.type === 'virtual-kubelet' ||
    (spec.tolerations ?? []).some((toleration) => toleration.key?.startsWith('virtual-kubelet.io/') === true) ||
    metadata?.labels?.['eks.amazonaws.com/fargate-profile'] !== undefined
  );
}

function takesOurNames(template: PodTemplate): boolean {
  const containers = allContainers(template);
  return (
    containers.some((container) => sidecarContainers.includes(container.name)) ||
    (template.spec.volumes ?? []).some((volume) => volume.name.startsWith(volumePrefix))
  );
}

/** The containers of a pod share one network: who comes second to a port does not start. */
function takesOurPorts(template: PodTemplate): boolean {
  const ports = allContainers(template).flatMap((container) => container.ports ?? []);
  return ports.some(({ containerPort }) => sidecarPorts.includes(containerPort));
}

function namesKnown(template: PodTemplate, plan: Plan): boolean {
  const names = new Set(allContainers(template).map((container) => container.name));
  const wanted = [...plan.containers, ...plan.ports.flatMap((port) => port.container ?? [])];
  return wanted.every((name) => names.has(name));
}
