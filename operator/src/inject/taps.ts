import type { V1EnvVar } from '@kubernetes/client-node';
import { sidecarPorts } from '../api/names.ts';
import type { TapReason } from '../api/reasons.ts';
import type { TapPort } from '../config/metrics.ts';
import type { Plan, PlanPort } from '../plan/plan.ts';
import { isForeign } from './foreign.ts';
import { allContainers, type Container, type PodTemplate } from './template.ts';

/** A declared port that the sidecar takes over, and how the app learns where it was moved to. */
export interface Tap {
  readonly port: TapPort;
  /** The container that listens. */
  readonly container: string;
  /** How callers come to the tap: this variable moves the app to another port. */
  readonly env?: string;
  /** Or: the tap takes over this name of the app's port, which Services follow. */
  readonly portName?: string;
  /** Or: a rule leads callers of the app's port to the tap, and those of this one past it to the app. */
  readonly past?: number;
}

/** The decision about all declared ports: what is tapped, and why what is not is not. */
export interface TapDecision {
  readonly taps: readonly Tap[];
  /** `Tapped`, or the first reason against. */
  readonly reason: TapReason;
  /** The port that the reason is about. */
  readonly port?: string;
}

/** Decides which of the declared ports can be taken over in this pod. Ports that cannot are served without the tap. */
export function decideTaps(template: PodTemplate, plan: Plan): TapDecision {
  if (plan.metrics.inbound === 'off') return { taps: [], reason: plan.metrics.offReason ?? 'TapOff' };
  if (plan.ports.length === 0) return { taps: [], reason: 'NoPorts' };
  const taken = portsInUse(template, plan);
  const taps: Tap[] = [];
  let against: { reason: TapReason; port: string } | null = null;
  for (const port of plan.ports) {
    const found = ways[plan.metrics.inbound](template, port);
    if ('reason' in found) {
      against ??= { reason: found.reason, port: port.name };
      continue;
    }
    const free = takePort(port.port, taken);
    const ends = found.env !== undefined ? { listen: port.port, app: free } : { listen: free, app: port.port };
    const past = plan.metrics.inbound === 'redirect' ? { past: takePort(free, taken) } : {};
    taps.push({ port: { name: port.name, ...ends, protocol: port.protocol }, ...found, ...past });
  }
  return against === null ? { taps, reason: 'Tapped' } : { taps, ...against };
}

type Found = Pick<Tap, 'container' | 'env' | 'portName'> | { readonly reason: TapReason };

/** How a port can be tapped, for each way in. */
const ways: Readonly<Record<'rebind' | 'named' | 'redirect', (template: PodTemplate, port: PlanPort) => Found>> = {
  rebind: movable,
  named: nameable,
  redirect: redirectable,
};

function movable(template: PodTemplate, port: PlanPort): Found {
  if (port.port < 1024) return { reason: 'PortPrivileged' };
  const container = listener(template, port);
  if (container === null) return { reason: 'ContainerUnclear' };
  const env =
    port.env === undefined ? conventionalEnv(container, port.port) : declaredEnv(container, port.env, port.port);
  return env === null || typeof env === 'string'
    ? { reason: env ?? 'PortEnvUnknown' }
    : { container: container.name, env: env.name };
}

/** The app stays where it is, so nothing needs to be known of how it learns its port: only the name that Services follow. */
function nameable(template: PodTemplate, port: PlanPort): Found {
  const container = listener(template, port);
  if (container === null) return { reason: 'ContainerUnclear' };
  const portName = container.ports?.find((entry) => entry.containerPort === port.port)?.name;
  return portName === undefined ? { reason: 'PortNameMissing' } : { container: container.name, portName };
}

/** The rule needs to know nothing of the app; the container is the one whose probes are led past the tap. */
function redirectable(template: PodTemplate, port: PlanPort): Found {
  const container = listener(template, port);
  return container === null ? { reason: 'ContainerUnclear' } : { container: container.name };
}

/** The container that has the port: the declared one, the one that lists it, or the only one there is. */
function listener(template: PodTemplate, port: PlanPort): Container | null {
  const own = template.spec.containers.filter((container) => !isForeign(container.name));
  if (port.container !== undefined) return own.find((container) => container.name === port.container) ?? null;
  const listing = own.filter((container) => (container.ports ?? []).some((entry) => entry.containerPort === port.port));
  const candidates = listing.length > 0 ? listing : own;
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

/** A variable that the user named: it may be absent (it is added then), but what is there must agree. */
function declaredEnv(container: Container, name: string, port: number): V1EnvVar | TapReason {
  const entries = (container.env ?? []).filter((entry) => entry.name === name);
  const [entry] = entries;
  if (entry === undefined) return { name };
  if (entries.length > 1 || entry.valueFrom != null) return 'PortEnvNotLiteral';
  return entry.value === String(port) ? entry : 'PortEnvDiffers';
}

/**
 * The variable PORT of the twelve-factor convention, where nobody named one: only if its value is exactly the declared
 * port and nothing else in the container is built from it, so that moving it moves the listener and nothing else.
 */
function conventionalEnv(container: Container, port: number): V1EnvVar | TapReason | null {
  const entries = (container.env ?? []).filter((entry) => entry.name === 'PORT');
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || entry.value !== String(port)) return null;
  const others = [...(container.command ?? []), ...(container.args ?? [])];
  for (const other of container.env ?? []) if (other !== entry) others.push(other.value ?? '');
  return others.some((text) => text.includes('$(PORT)')) ? 'PortEnvShared' : entry;
}

function portsInUse(template: PodTemplate, plan: Plan): Set<number> {
  const listed = allContainers(template).flatMap((container) =>
    (container.ports ?? []).map((port) => port.containerPort),
  );
  return new Set([...listed, ...plan.ports.map((port) => port.port), ...sidecarPorts]);
}

function takePort(port: number, taken: Set<number>): number {
  const free = freePort(port, taken);
  taken.add(free);
  return free;
}

/** Ten thousand above the declared port where that exists, ten thousand below where not, and the next free one from there. */
function freePort(port: number, taken: ReadonlySet<number>): number {
  let candidate = port + 10_000 <= 65_535 ? port + 10_000 : port - 10_000;
  while (taken.has(candidate)) candidate += 1;
  return candidate;
}
