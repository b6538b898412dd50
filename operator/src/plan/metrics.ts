import { defaultMetricsConfig, type MetricsConfig } from '../config/metrics.ts';
import { digest } from './canonical.ts';
import type { PlanMetrics, Resources } from './plan.ts';
import type { World } from './world.ts';

/** The metrics sidecar's part of a resolution. */
export interface ResolvedMetrics {
  readonly plan: PlanMetrics;
  readonly config: MetricsConfig;
}

/** Resolves spec.metrics. Every injected pod has the metrics sidecar. */
export function resolveMetrics({ microservice, settings }: World): ResolvedMetrics {
  const { metrics, ports, sidecars } = microservice.spec;
  const scrape = (metrics?.scrape ?? []).flatMap((target) => {
    const port = ports?.find(({ name }) => name === target.port)?.port;
    return port === undefined ? [] : [{ name: target.port, port, path: target.path ?? '/metrics' }];
  });
  const { scrapeTimeoutMs } = defaultMetricsConfig;
  const content = { maxSeries: metrics?.maxSeries ?? defaultMetricsConfig.maxSeries, scrape, scrapeTimeoutMs };
  const inbound = metrics?.inbound ?? 'auto';
  return {
    plan: {
      inbound: inbound === 'auto' || inbound === 'rebind' ? 'rebind' : 'off',
      expose: (metrics?.expose ?? 'annotations') === 'annotations' ? 'annotations' : 'none',
      scrapeDeclared: scrape.length > 0,
      resources: mergeResources(settings.metrics.resources, sidecars?.metrics?.resources),
    },
    config: { generation: digest(content), ...content },
  };
}

type Quantities = { readonly cpu?: string | number; readonly memory?: string | number };
type Overrides = { readonly requests?: Quantities; readonly limits?: Quantities };

/** The platform's resources with a Microservice's overrides; what is left out keeps the platform's default. */
export function mergeResources(base: Resources, overrides: Overrides | undefined): Resources {
  const merge = (from: Resources['requests'], over: Quantities = {}) =>
    Object.fromEntries(Object.entries({ ...from, ...over }).map(([name, quantity]) => [name, String(quantity)]));
  return { requests: merge(base.requests, overrides?.requests), limits: merge(base.limits, overrides?.limits) };
}
