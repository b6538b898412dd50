/**
 * The shapes in which Kubernetes objects travel. Everything in this folder works on raw JSON, so that a field which
 * the installed models do not know is never lost, and so that an object from a list and one from a watch look alike.
 */
import type { V1ObjectMeta } from '@kubernetes/client-node';

/** A model's property name as it is in JSON: the generator puts an underscore before reserved words (`_continue`). */
type WireName<K> = K extends `_${infer Name}` ? Name : K;

/** A generated model as it is in JSON: dates are RFC 3339 strings, names are the API's own, nothing is writable. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [K in keyof T as WireName<K>]: Wire<T[K]> }
      : T;

/** Object metadata. `uid` and `resourceVersion` are always there on what the server sent. */
export type ObjectMeta = Omit<Wire<V1ObjectMeta>, 'name'> & { readonly name: string };

/** What every Kubernetes object has. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A generated model as a whole object with `apiVersion`, `kind` and a name. */
export type Kube<T> = Wire<Omit<T, 'apiVersion' | 'kind' | 'metadata'>> & KubeObject;

/** Names one object of a known type. `namespace` is absent for cluster-scoped objects. */
export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Names one object of any type, as `involvedObject` and owner references do. */
export interface ObjectRef extends ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly uid?: string | undefined;
}

/** The key of an object as one string, `namespace/name` or `name`. Neither part can contain a slash. */
export function keyOf(object: KubeObject): string {
  return formatKey(object.metadata);
}

/** Writes a key as `namespace/name`, or `name` for a cluster-scoped object. */
export function formatKey(key: ObjectKey): string {
  return key.namespace === undefined || key.namespace === '' ? key.name : `${key.namespace}/${key.name}`;
}

/** Reads what `formatKey` wrote. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A reference to an object, for Events and log lines. */
export function referenceTo(object: KubeObject): ObjectRef {
  const { namespace, name, uid } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid };
}
