/** A type of object of its own for a test: it is new to the API server, so its history is short. */
import { randomBytes } from 'node:crypto';
import type { Client } from '../client.ts';
import { type ApiError, isApiError } from '../errors.ts';
import type { ResourceType } from '../resourceType.ts';
import type { KubeObject } from '../wire.ts';

/** An object of the test's own type. Any further field is kept by the server. */
export interface Sample extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** Defines a namespaced type whose plural begins as given and waits until it is served. */
export async function defineType(client: Client, prefix: string): Promise<ResourceType<Sample>> {
  const plural = `${prefix}${randomBytes(4).toString('hex')}`;
  const group = 'test.standpipe.dev';
  const type: ResourceType<Sample> = { group, version: 'v1', kind: `Sample${plural}`, plural, namespaced: true };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  const spec = { group, scope: 'Namespaced', names: { plural, kind: `Sample${plural}` }, versions };
  const definition: KubeObject & { readonly spec: object } = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec,
  };
  await client.create(definitions, definition);
  await served(client, type);
  return type;
}

/** Takes the type, and all its objects, away again. */
export async function removeType(client: Client, type: ResourceType): Promise<void> {
  await client.delete(definitions, { name: `${type.plural}.${type.group}` });
}

async function served(client: Client, type: ResourceType): Promise<void> {
  for (;;) {
    const error = await client.list(type).then(
      () => undefined,
      (reason: ApiError) => reason,
    );
    if (error === undefined) return;
    if (!isApiError(error, 'KUBE_NOT_FOUND', 'KUBE_SERVER_ERROR', 'KUBE_TOO_MANY_REQUESTS')) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
