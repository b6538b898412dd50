import { KubeConfig } from '@kubernetes/client-node';
import { Client } from '../kube/client.ts';
import { UsageError } from './usageError.ts';

/** A client for the cluster that the process runs in, or that KUBECONFIG names. */
export function connect(component: string): Client {
  const config = new KubeConfig();
  config.loadFromDefault();
  return new Client(config, { userAgent: `standpipe-${component}` });
}

/** A signal that aborts when the process is told to end. A second signal ends it at once. */
export function untilTerminated(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(1));
      controller.abort(new Error(`The process was told to end by ${name}`));
    });
  }
  return controller.signal;
}

/** @throws UsageError that names the variable */
export function requiredEnv(name: string, meaning: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new UsageError(`the environment variable ${name} must be ${meaning}`);
  return value;
}
