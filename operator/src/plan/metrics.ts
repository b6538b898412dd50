import { defaultMetricsConfig, type MetricsConfig, reservedTargetNames, type ScrapeTarget } from '../config/metrics.ts';
import { barriers } from './bypasses.ts';
import { digest } from './canonical.ts';
import type { PlanMetrics, Resources } from './plan.ts';
import { isPrivileged } from './podSecurity.ts';
import type { World } from './world.ts';

/** The metrics sidecar's part of a resolution. */
export interface ResolvedMetrics {
  readonly plan: PlanMetrics;
  readonly config: MetricsConfig;
}

/** Resolves spec.metrics. Every injected pod has the metrics sidecar. */
export function resolveMetrics(world: World): ResolvedMetrics {
  const { microservice, settings } = world;
  const { metrics, ports, sidecars } = microservice.spec;
  const { name, namespace } = microservice.metadata;
  const serverName = `${microservice.spec.service ?? name}.${namespace}.svc`;
  const targets = (metrics?.scrape ?? []).flatMap((target) => {
    const port = ports?.find(({ name }) => name === target.port)?.port;
    if (port === undefined) return [];
    const page = { name: target.port, port, path: target.path ?? '/metrics' };
    return [target.scheme === 'https' ? { ...page, tls: { serverName, skipVerify: false, ...target.tls } } : page];
  });
  const scrape = withOwnNames(targets);
  const { scrapeTimeoutMs } = defaultMetricsConfig;
  const routes = metrics?.routes ?? [];
  const content = {
    maxSeries: metrics?.maxSeries ?? defaultMetricsConfig.maxSeries,
    ...(routes.length > 0 && { routes }),
    ...(metrics?.forwardedFor && { forwardedFor: true }),
    scrape,
    scrapeTimeoutMs,
  };
  return {
    plan: {
      ...inboundOf(world),
      expose: metrics?.expose ?? 'annotations',
      scrapeDeclared: scrape.length > 0,
      resources: mergeResources(settings.metrics.resources, sidecars?.metrics?.resources),
    },
    config: { generation: digest(content), ...content },
  };
}

/** How the ports are tapped: as declared, unless that would cut off the service's callers. */
function inboundOf(world: World): Pick<PlanMetrics, 'inbound' | 'redirectImage' | 'offReason'> {
  const { microservice, namedPorts, settings } = world;
  const inbound = microservice.spec.metrics?.inbound ?? 'auto';
  if (inbound === 'auto' || inbound === 'rebind') return { inbound: 'rebind' };
  if (inbound === 'redirect') {
    const { redirectImage } = settings.metrics;
    if (redirectImage !== null && isPrivileged(world.namespace)) return { inbound, redirectImage };
    return { inbound: 'off', offReason: 'RedirectNotPermitted' };
  }
  if (inbound === 'none') return { inbound: 'off' };
  if (!namedPorts) return { inbound: 'off', offReason: 'NamedPortsTooOld' };
  return barriers(world).length > 0 ? { inbound: 'off', offReason: 'PolicyByNumber' } : { inbound: 'named' };
}

/** Targets are named after their ports; a further page of the same port gets a number: http, http-2. */
function withOwnNames(targets: readonly ScrapeTarget[]): ScrapeTarget[] {
  const taken = new Set(reservedTargetNames);
  return targets.map((target) => {
    let name = target.name;
    for (let number = 2; taken.has(name); number += 1) name = `${target.name}-${number}`;
    taken.add(name);
    return { ...target, name };
  });
}

type Quantities = { readonly cpu?: string | number; readonly memory?: string | number };
type Overrides = { readonly requests?: Quantities; readonly limits?: Quantities };

/** The platform's resources with a Microservice's overrides; what is left out keeps the platform's default. */
export function mergeResources(base: Resources, overrides: Overrides | undefined): Resources {
  const merge = (from: Resources['requests'], over: Quantities = {}) =>
    Object.fromEntries(Object.entries({ ...from, ...over }).map(([name, quantity]) => [name, String(quantity)]));
  return { requests: merge(base.requests, overrides?.requests), limits: merge(base.limits, overrides?.limits) };
}
