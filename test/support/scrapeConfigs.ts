import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** How pods are found, as Prometheus' service discovery would give them: only the discovery itself is left out. */

/** A pod with a sidecar, by its labels of discovery. */
export interface Pod {
  readonly name: string;
  readonly microservice: string;
  readonly pagePort: number;
}

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod */
function discovered({ name, microservice, pagePort }: Pod): object {
  const labels = {
    __meta_kubernetes_namespace: 'shop',
    __meta_kubernetes_pod_name: name,
    __meta_kubernetes_pod_ip: '127.0.0.1',
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_container_name: 'standpipe-metrics',
    __meta_kubernetes_pod_container_port_name: 'standpipe',
    __meta_kubernetes_pod_label_standpipe_dev_microservice: microservice,
    __meta_kubernetes_pod_labelpresent_standpipe_dev_microservice: 'true',
    __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true',
    __meta_kubernetes_pod_annotation_prometheus_io_port: String(pagePort),
    __meta_kubernetes_pod_annotation_prometheus_io_path: '/metrics',
  };
  return { targets: [`127.0.0.1:${pagePort}`], labels };
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly kubernetes_sd_configs?: unknown;
  readonly relabel_configs: readonly object[];
}

const delivered = join(import.meta.dirname, '../../deploy/prometheus/scrape.yaml');

/** The scrape by annotations that is delivered. The app's own port, another container's, is found too and must not count. */
export function byAnnotations(pods: readonly Pod[]): object {
  const file = parse(readFileSync(delivered, 'utf8')) as { scrape_configs: [ScrapeConfig] };
  const { kubernetes_sd_configs: _, ...rest } = file.scrape_configs[0];
  const otherPort = pods.map((pod) => ({ ...discovered(pod), targets: ['127.0.0.1:1'] }));
  return { ...rest, static_configs: [...pods.map(discovered), ...otherPort] };
}

/** What the Prometheus operator makes of the PodMonitor of a Microservice, in its version 0.85. */
export function byPodMonitor(microservice: string, pods: readonly Pod[]): object {
  const label = 'standpipe_dev_microservice';
  return {
    job_name: `podMonitor/shop/standpipe.${microservice}/0`,
    metrics_path: '/metrics',
    static_configs: pods.map(discovered),
    relabel_configs: [
      { source_labels: ['job'], target_label: '__tmp_prometheus_job_name' },
      { source_labels: ['__meta_kubernetes_pod_phase'], regex: '(Failed|Succeeded)', action: 'drop' },
      {
        source_labels: [`__meta_kubernetes_pod_label_${label}`, `__meta_kubernetes_pod_labelpresent_${label}`],
        regex: `(${microservice});true`,
        action: 'keep',
      },
      { source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: 'standpipe', action: 'keep' },
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_pod_container_name'], target_label: 'container' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      { target_label: 'job', replacement: `shop/standpipe.${microservice}` },
      { target_label: 'endpoint', replacement: 'standpipe' },
    ],
  };
}
