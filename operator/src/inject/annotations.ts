import { metricsPort, sidecarPorts } from '../api/names.ts';
import type { ScrapeTarget } from '../config/metrics.ts';
import type { Edit } from './edit.ts';
import type { PodTemplate } from './template.ts';

const scrape = 'prometheus.io/scrape';
const port = 'prometheus.io/port';
const path = 'prometheus.io/path';
const scheme = 'prometheus.io/scheme';
const evictable = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

/** The annotations of the user's that injection changes. */
export const changedAnnotations: readonly string[] = [scrape, port, path, scheme, evictable];

/** Points Prometheus at the merged page; the app's own page is part of it, and would be scraped twice if it stayed. */
export function exposeByAnnotations(edit: Edit): void {
  edit.setAnnotation(scrape, 'true');
  edit.setAnnotation(port, String(metricsPort));
  edit.setAnnotation(path, '/metrics');
  if (edit.template.metadata?.annotations?.[scheme] !== undefined) edit.setAnnotation(scheme, 'http');
}

/** The target that the pod's own annotations name, so that taking the annotations over loses nothing. */
export function annotatedTarget(template: PodTemplate): ScrapeTarget[] {
  const annotations = template.metadata?.annotations ?? {};
  const number = Number(annotations[port]);
  if (annotations[scrape] !== 'true' || !Number.isInteger(number) || number < 1 || number > 65_535) return [];
  // Somebody who already pointed Prometheus at the merged page would have the page ask itself.
  if (sidecarPorts.includes(number)) return [];
  const page = annotations[path] ?? '/metrics';
  return [{ name: 'app', port: number, path: page.startsWith('/') ? page : `/${page}` }];
}

/** Our volumes must not keep the cluster autoscaler from draining a node; the user's own list stays in front. */
export function allowEviction(edit: Edit, volumes: readonly string[]): void {
  const own = edit.template.metadata?.annotations?.[evictable];
  const names = (own ?? '').split(',').flatMap((name) => name.trim() || []);
  edit.setAnnotation(evictable, [...names, ...volumes.filter((name) => !names.includes(name))].join(','));
}
