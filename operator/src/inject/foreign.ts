/**
 * Containers that other injectors add. They are left alone: no binding is mounted into them. Names as documented by
 * Istio, Linkerd, Dapr, Vault, Consul and the OpenTelemetry operator.
 */
const foreignNames: ReadonlySet<string> = new Set([
  'istio-init',
  'istio-validation',
  'istio-proxy',
  'linkerd-init',
  'linkerd-network-validator',
  'linkerd-proxy',
  'daprd',
  'vault-agent-init',
  'vault-agent',
  'consul-connect-inject-init',
  'consul-dataplane',
  'otc-container',
]);

/** Whether a container belongs to another injector. */
export function isForeign(name: string): boolean {
  return foreignNames.has(name) || name.startsWith('opentelemetry-auto-instrumentation');
}
