/** How a type of object is addressed in the API server's URLs. */
import type { KubeObject } from './wire.ts';

/** Exists only for the type checker: it lets `client.get(pods, …)` know that it returns a Pod. */
declare const objectType: unique symbol;

/** One served type. `group` is empty for the core group. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}

/** `v1` or `group/version`, as it stands in an object. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** The URL path of the type's collection: of one namespace, or of all when none is given. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${type.plural}`;
}

/** The URL path of one object, or of a subresource of it. Throws where a namespaced type is asked for without one. */
export function objectPath(type: ResourceType, namespace: string | undefined, name: string, subresource = ''): string {
  if (name === '') throw new TypeError(`A ${type.kind} cannot be addressed without a name`);
  if (type.namespaced && !namespace) {
    throw new TypeError(`${type.kind} "${name}" needs a namespace: ${type.plural} are namespaced`);
  }
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === '' ? path : `${path}/${subresource}`;
}
