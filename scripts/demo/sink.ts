import type { Cluster } from '../../test/cluster/cluster.ts';
import { page } from './demo.ts';

/** Where the sink's pages are, as the API server passes them on. */
export const sinkPath = (path: string): string => `/api/v1/namespaces/observability/services/sink:8080/proxy${path}`;

/** The lines of a service that are at the sink, the oldest first; only the newest if `last` says how many. */
export function linesAtSink(cluster: Cluster, service: string, last?: number): Promise<string> {
  const limit = last === undefined ? '' : `&last=${last}`;
  return page(cluster, sinkPath(`/lines?service=${service}${limit}`));
}
