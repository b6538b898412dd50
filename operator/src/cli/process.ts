import { KubeConfig } from '@kubernetes/client-node';
import { Client } from '../kube/client.ts';
import { UsageError } from './usageError.ts';

/** A client for the cluster that the process runs in, or that KUBECONFIG names. */
export function connect(component: string): Client {
  const config = new KubeConfig();
  config.loadFromDefault();
  return new Client(config, { userAgent: `standpipe-${component}` });
}

/** @throws UsageError that names the variable */
export function requiredEnv(name: string, meaning: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new UsageError(`the environment variable ${name} must be ${meaning}`);
  return value;
}
