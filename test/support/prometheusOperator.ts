import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The Prometheus operator, whose own definitions of its kinds our objects must pass. */
const prometheusOperator = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

/** The file with the definition of a kind, fetched as a Go module. It is too large for client-side apply: create it. */
export async function definitionOf(kind: 'podmonitors' | 'prometheusrules'): Promise<string> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', prometheusOperator]);
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  return join(Dir, 'example/prometheus-operator-crd', `monitoring.coreos.com_${kind}.yaml`);
}
