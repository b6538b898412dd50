import { KubeConfig } from '@kubernetes/client-node';
import type { ClientOptions } from '../kube/calls.ts';
import { Client } from '../kube/client.ts';
import { UsageError } from './usageError.ts';

/**
 * A client for the cluster that the process runs in, or that KUBECONFIG names.
 * @param agent how the process names itself to the API server, after `standpipe-`
 */
export function connect(agent: string, options: ClientOptions = {}): Client {
  return new Client(loadConfig(), { userAgent: `standpipe-${agent}`, ...options });
}

/** The namespace that the user's kubeconfig is set to. */
export function namespaceOfContext(): string {
  const config = loadConfig();
  return config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
}

function loadConfig(): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new UsageError(`the kubeconfig cannot be read: ${(error as Error).message}`);
  }
  return config;
}

/** @throws UsageError that names the variable */
export function requiredEnv(name: string, meaning: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new UsageError(`the environment variable ${name} must be ${meaning}`);
  return value;
}
