import { microserviceLabel } from '../api/names.ts';
import type { World } from './world.ts';

/** The spec of a PodMonitor of the Prometheus operator: monitoring.coreos.com/v1. */
export interface PodMonitorSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podMetricsEndpoints: readonly { readonly port: string; readonly path: string }[];
}

/** A PodMonitor, with the labels by which the platform's Prometheus chooses those that are for it. */
export interface PlannedPodMonitor extends PodMonitorSpec {
  readonly labels: Readonly<Record<string, string>>;
}

/** What lets a Prometheus find the pods' pages by a PodMonitor; null where none was asked for. */
export function podMonitorOf({ microservice, settings }: World): PlannedPodMonitor | null {
  const { metadata, spec } = microservice;
  if (spec.metrics.expose !== 'podMonitor') return null;
  return {
    labels: settings.metrics.podMonitorLabels,
    selector: { matchLabels: { [microserviceLabel]: metadata.name } },
    // The name of the metrics sidecar's port.
    podMetricsEndpoints: [{ port: 'standpipe', path: '/metrics' }],
  };
}
