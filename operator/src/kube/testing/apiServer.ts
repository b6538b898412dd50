/** For tests against a real API server: the one that KUBECONFIG names. */
import { KubeConfig } from '@kubernetes/client-node';
import { namespaces } from '../builtin.ts';
import type { ClientOptions } from '../calls.ts';
import { Client } from '../client.ts';

/** Reads the kubeconfig of the test cluster. */
export function testConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** A client with the test cluster's administrator. */
export function testClient(options: ClientOptions = {}): Client {
  return new Client(testConfig(), options);
}

/** Creates a namespace of its own for a test file and returns its name. It is not waited for when it is deleted. */
export async function createNamespace(client: Client, prefix: string): Promise<string> {
  const namespace = await client.create(namespaces, { metadata: { generateName: `${prefix}-` } });
  return namespace.metadata.name;
}
