import type { Microservice } from '../api/generated/microservice.ts';
import { apiVersion } from '../api/meta.ts';
import { fieldManager, managedBy, managedByLabel, ownerLabel } from '../api/names.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import { isOlder } from '../kube/resourceVersion.ts';
import type { KubeObject, ObjectMeta } from '../kube/wire.ts';
import { canonicalJson, digest } from '../plan/canonical.ts';
import { confirmFresh } from './freshness.ts';

/** An object with the name that Standpipe needs exists and is not owned by the Microservice. */
export class NotOursError extends Error {
  override readonly name = 'NotOursError';
  readonly object: string;

  constructor(kind: string, namespace: string, name: string) {
    super(`${kind} ${name} in namespace ${namespace} exists and belongs to somebody else: rename or delete it`);
    this.object = `${kind} ${name}`;
  }
}

type Labels = Readonly<Record<string, string>>;

/** Metadata of an object that is generated for a Microservice: never anything of the user's labels and annotations. */
export function ownedMeta(
  owner: Microservice,
  name: string,
  labels: Labels = {},
): Partial<ObjectMeta> & { readonly name: string } {
  const { name: ownerName, namespace = '', uid = '' } = owner.metadata;
  return {
    name,
    namespace,
    labels: { ...labels, [managedByLabel]: managedBy, [ownerLabel]: ownerName },
    ownerReferences: [{ apiVersion, kind: 'Microservice', name: ownerName, uid, controller: true }],
  };
}

/** How long an object that was found right is not looked at again, in milliseconds; a change of its content is written at once. */
const trustMs = 5 * 60_000;

/** The same while something waits for it, such as a pod for its Secret: of Secrets of teams, no watch tells. */
const doubtMs = 20_000;

/** In the place of a digest: the object is not there, or is not the Microservice's. */
const gone = 'gone';

/** An object as it was last found or left, and when, in monotonic milliseconds. */
interface Known {
  readonly digest: string;
  readonly version: string | undefined;
  readonly at: number;
}

/**
 * Writes generated objects, and only where they differ. It reads before it writes, so an object of somebody else is
 * never touched, and remembers what it found, so that a reconcile without news costs no call.
 */
export class OwnedObjects {
  readonly #client: Client;
  /** By namespace, so that what belongs to a Microservice that is gone is found without looking through everything. */
  readonly #known = new Map<string, Map<string, Known>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Makes one object what it should be.
   * @param content the fields beside metadata
   * @param labels further labels, of the platform's
   * @throws NotOursError where the name is taken
   */
  async ensure<T extends KubeObject>(
    type: ResourceType<T>,
    owner: Microservice,
    name: string,
    content: object,
    signal: AbortSignal,
    labels: Labels = {},
  ): Promise<void> {
    const namespace = owner.metadata.namespace ?? '';
    const all = this.#in(namespace);
    const key = keyOf(type, name);
    const wanted = digest([owner.metadata.uid, content, labels]);
    const known = all.get(key);
    if (known?.digest === wanted && performance.now() < known.at + trustMs) return;
    const found = await this.#client.find(type, { namespace, name }, { signal });
    if (found !== undefined && !ownedBy(found, owner)) throw new NotOursError(type.kind, namespace, name);
    const meta = ownedMeta(owner, name, labels);
    let version = found?.metadata.resourceVersion;
    if (found === undefined || !contains(found, content) || !isLabelled(found, meta.labels)) {
      await confirmFresh(this.#client, owner.metadata, owner, signal);
      const replaced = found !== undefined && typeOf(found) !== typeOf(content);
      const uid = found?.metadata.uid;
      if (replaced) await this.#client.delete(type, { namespace, name }, { uid, signal });
      const metadata = { ...meta, ...(replaced ? {} : { uid }) };
      const body = { ...content, metadata } as unknown as Applied<T>;
      const written = await this.#client.apply(type, body, { fieldManager, force: true, signal });
      version = written.metadata.resourceVersion;
    }
    all.set(key, { digest: wanted, version, at: performance.now() });
  }

  /**
   * Takes a followed object's word that it is right, which saves reading it; `notice` tells when it is not any more. Not
   * where something newer is known: the cache may be behind what was written last.
   * @param content what it holds
   */
  trust<T extends KubeObject>(type: ResourceType<T>, owner: Microservice, object: T, content: object): void {
    const { namespace = '', name, resourceVersion } = object.metadata;
    const all = this.#in(namespace);
    const key = keyOf(type, name);
    const isBehind = isOlder(resourceVersion, all.get(key)?.version);
    if (isBehind || !ownedBy(object, owner) || !isLabelled(object, ownedMeta(owner, name).labels)) return;
    const wanted = digest([owner.metadata.uid, content, {}]);
    all.set(key, { digest: wanted, version: resourceVersion, at: performance.now() });
  }

  /** Deletes one object, if there is one and it is the Microservice's. Asked again, it makes no call. */
  async remove<T extends KubeObject>(
    type: ResourceType<T>,
    owner: Microservice,
    name: string,
    signal: AbortSignal,
  ): Promise<void> {
    const namespace = owner.metadata.namespace ?? '';
    const all = this.#in(namespace);
    const key = keyOf(type, name);
    if (all.get(key)?.digest === gone) return;
    const found = await this.#client.find(type, { namespace, name }, { signal });
    if (found !== undefined && ownedBy(found, owner)) {
      await confirmFresh(this.#client, owner.metadata, owner, signal);
      await this.#client.delete(type, { namespace, name }, { uid: found.metadata.uid, signal });
    }
    all.set(key, { digest: gone, version: undefined, at: performance.now() });
  }

  /**
   * Takes news of an object: one that is not as it was left is looked at again.
   * @param after undefined where it is gone
   */
  notice(type: ResourceType, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const { namespace = '', name = '' } = (after ?? before)?.metadata ?? {};
    const all = this.#known.get(namespace);
    const key = keyOf(type, name);
    const known = all?.get(key);
    const version = after?.metadata.resourceVersion;
    if (known === undefined || version === known.version || isOlder(version, known.version)) return;
    all?.delete(key);
  }

  /** Looks at an object again, unless that was done just now: something waits for it, and it may be gone. */
  doubt(type: ResourceType, namespace: string, name: string): void {
    const all = this.#known.get(namespace);
    const key = keyOf(type, name);
    const known = all?.get(key);
    if (known !== undefined && performance.now() > known.at + doubtMs) all?.delete(key);
  }

  /** Forgets what it knows of a Microservice's objects. */
  forget(namespace: string, microservice: string): void {
    const all = this.#known.get(namespace) ?? new Map<string, Known>();
    for (const key of all.keys()) if (key.includes(`/standpipe.${microservice}`)) all.delete(key);
    if (all.size === 0) this.#known.delete(namespace);
  }

  #in(namespace: string): Map<string, Known> {
    const all = this.#known.get(namespace) ?? new Map<string, Known>();
    this.#known.set(namespace, all);
    return all;
  }
}

/** The type of a Secret cannot be changed: a binding of another type needs another Secret. */
function typeOf(object: object): unknown {
  return (object as { readonly type?: unknown }).type;
}

function keyOf({ kind }: ResourceType, name: string): string {
  return `${kind}/${name}`;
}

function ownedBy(object: KubeObject, owner: Microservice): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

function isLabelled({ metadata }: KubeObject, labels: Labels = {}): boolean {
  return Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);
}

/** Whether every top-level field is as wanted. Secrets and ConfigMaps have flat data, Plans are written once. */
function contains(object: KubeObject, content: object): boolean {
  const fields = object as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(content).every(([field, value]) => {
    if (field === 'data') return holds(object, (fields.data ?? {}) as Entries, value as Entries);
    return canonicalJson(fields[field]) === canonicalJson(value);
  });
}

type Entries = Readonly<Record<string, string>>;

/** Whether each entry is as wanted, and no other one is ours. What somebody else added stays. */
function holds({ metadata }: KubeObject, found: Entries, wanted: Entries): boolean {
  const own = metadata.managedFields?.filter(({ manager }) => manager === fieldManager) ?? [];
  const ours = own.flatMap(({ fieldsV1 }) => {
    return Object.keys((fieldsV1 as { readonly 'f:data'?: object } | undefined)?.['f:data'] ?? {});
  });
  return (
    Object.entries(wanted).every(([name, value]) => found[name] === value) &&
    ours.every((field) => field === '.' || field.slice('f:'.length) in wanted)
  );
}
