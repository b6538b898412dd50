import type { MetricsConfig } from '../../../operator/src/config/metrics.ts';
import type { ConfigFile } from '../../common/src/config-file.ts';
import { counter, type Family, gauge } from '../../common/src/family.ts';
import type { SurvivedErrors } from '../../common/src/lifecycle.ts';
import { version } from '../../common/src/version.ts';
import type { Settings } from './settings.ts';
import type { ReadPath } from './tap/read-path.ts';

/** What the sidecar reports about itself. */
export interface Self {
  readonly settings: Settings;
  readonly file: ConfigFile<MetricsConfig>;
  readonly readPath: ReadPath['name'];
  readonly survived: SurvivedErrors;
}

const startedSeconds = Date.now() / 1000 - process.uptime();

/**
 * The sidecar's own state. Nothing is called `process_...`: those names belong to the app, whose page is merged into
 * this one.
 */
export function ownFamilies({ settings, file, readPath, survived }: Self): readonly Family[] {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const paths = ['fast', 'public'] as const;
  return [
    gauge('standpipe_metrics_info', 'What runs here, and for whom: joined to other series, it tells their service.', [
      1,
      {
        version,
        node: process.version,
        revision: settings.revision,
        microservice: settings.microservice,
        // Not `namespace`: Prometheus gives that label to targets.
        microservice_namespace: settings.namespace,
      },
    ]),
    gauge(
      'standpipe_tap_read_path',
      '1 for the way in which sockets are read; public means that the faster way did not pass its self-test.',
      ...paths.map((path) => [Number(path === readPath), { path }] as const),
    ),
    gauge(
      'standpipe_tap_max_connections',
      'Connections that may be open on all taps together before others have to wait.',
      [settings.maxConnections],
    ),
    gauge('standpipe_metrics_config_valid', '1 while the configuration file is in use as it stands.', [
      Number(file.problems.length === 0),
    ]),
    counter('standpipe_metrics_config_reloads', 'Configurations taken up.', [file.reloads]),
    counter('standpipe_metrics_config_failures', 'Unusable configurations seen.', [file.failures]),
    counter('standpipe_metrics_uncaught_errors', 'Errors that nothing in the sidecar expected.', [survived.count]),
    gauge('standpipe_metrics_resident_memory_bytes', 'Resident memory of the sidecar.', [memory.rss]),
    gauge('standpipe_metrics_heap_bytes', 'Memory of the JavaScript heap in use.', [memory.heapUsed]),
    gauge('standpipe_metrics_external_memory_bytes', 'Memory of buffers outside the heap.', [memory.external]),
    counter('standpipe_metrics_cpu_seconds', 'CPU time used by the sidecar.', [(cpu.user + cpu.system) / 1e6]),
    gauge('standpipe_metrics_start_time_seconds', 'When the sidecar started, as Unix time.', [startedSeconds]),
  ];
}
