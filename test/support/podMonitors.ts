import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The Prometheus operator, whose own definition of PodMonitor the objects must pass. */
const prometheusOperator = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';
const definition = 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml';

/** The file with the definition of PodMonitor, fetched as a Go module. It is too large for client-side apply: create it. */
export async function podMonitorDefinition(): Promise<string> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', prometheusOperator]);
  return join((JSON.parse(stdout) as { readonly Dir: string }).Dir, definition);
}
