/** Reads and writes objects of any type, as raw JSON. */
import type { KubeConfig } from '@kubernetes/client-node';
import { pods } from './builtin.ts';
import type {
  Applied,
  ApplyOptions,
  CallOptions,
  ClientOptions,
  Created,
  CreateOptions,
  DeleteOptions,
  ListOptions,
  Page,
  Preconditions,
  WatchOptions,
  WriteOptions,
} from './calls.ts';
import { Connection } from './connection.ts';
import { ApiError, isApiError, TransportError } from './errors.ts';
import { apiVersionOf, collectionPath, objectPath, type ResourceType } from './resourceType.ts';
import { ServerClock } from './serverClock.ts';
import { type Call, type Query, Transport } from './transport.ts';
import { readEvents, type WatchEvent } from './watch.ts';
import { formatKey, type KubeObject, type ObjectKey } from './wire.ts';

const defaultPageSize = 250;

/** Kubernetes API concepts, "Metadata-only fetches". */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** JSON is YAML; this type is known to every version of the API server that has server-side apply. */
const applyPatch = 'application/apply-patch+yaml';

interface RawList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[] | null;
}

/** Every method throws ApiError, TransportError, or the reason of the caller's own signal. */
export class Client {
  /** The API server's time of day, for what is written into objects. */
  readonly clock = new ServerClock();
  readonly #connection: Connection;
  readonly #transport: Transport;

  constructor(config: KubeConfig, options: ClientOptions = {}) {
    this.#connection = new Connection(config);
    this.#transport = new Transport(this.#connection, {
      ...options,
      dated: (header, asked) => this.clock.hear(header, asked),
    });
  }

  /** Reads the version of the API server; `minor` may end in a plus. */
  async version(options: CallOptions = {}): Promise<{ readonly major: string; readonly minor: string }> {
    return this.#send({ method: 'GET', path: '/version', signal: options.signal });
  }

  /** Reads one object. */
  async get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options: CallOptions = {}): Promise<T> {
    return this.#send<T>({ method: 'GET', path: objectPath(type, key.namespace, key.name), signal: options.signal });
  }

  /** Reads one object; undefined where there is none. */
  async find<T extends KubeObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    options: CallOptions = {},
  ): Promise<T | undefined> {
    try {
      return await this.get(type, key, options);
    } catch (error) {
      if (isApiError(error, 'KUBE_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** Reads a page that a container of a pod serves, by way of the API server (verb `get` of `pods/proxy`). */
  async podPage(key: ObjectKey, port: number, page: string, options: CallOptions = {}): Promise<string> {
    const path = objectPath(pods, key.namespace, `${key.name}:${port}`, `proxy${page}`);
    return this.#transport.read({ method: 'GET', path, accept: '*/*', signal: options.signal });
  }

  /** Whether an object exists. Only its metadata is sent: of a Secret no value comes here. */
  async exists(type: ResourceType, key: ObjectKey, options: CallOptions = {}): Promise<boolean> {
    const path = objectPath(type, key.namespace, key.name);
    try {
      await this.#send({ method: 'GET', path, accept: metadataOnly, signal: options.signal });
      return true;
    } catch (error) {
      if (isApiError(error, 'KUBE_NOT_FOUND')) return false;
      throw error;
    }
  }

  /** Reads all selected objects. Holds them all in memory: prefer `pages`, or a Reflector. */
  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<Page<T>> {
    const items: T[] = [];
    let resourceVersion = '';
    for await (const page of this.pages(type, options)) {
      items.push(...page.items);
      resourceVersion = page.resourceVersion;
    }
    return { items, resourceVersion };
  }

  /**
   * Reads all selected objects page by page; each page has its own deadline. One that is late is asked for twice more, with
   * more time: a server that is slow would otherwise never come to the end of a long list. There is at least one page.
   */
  async *pages<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): AsyncGenerator<Page<T>> {
    const path = collectionPath(type, options.namespace);
    const selectors = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
    let token: string | undefined;
    do {
      const query = { ...selectors, limit: options.limit ?? defaultPageSize, continue: token };
      const raw = await this.#page<T>({ method: 'GET', path, query, signal: options.signal });
      token = raw.metadata.continue;
      yield { items: named(type, raw.items ?? []), resourceVersion: raw.metadata.resourceVersion };
    } while (token);
  }

  /** Creates an object; KUBE_ALREADY_EXISTS where there is one of that name. */
  async create<T extends KubeObject>(
    type: ResourceType<T>,
    object: Created<T>,
    options: CreateOptions = {},
  ): Promise<T> {
    const path = collectionPath(type, requireNamespace(type, object.metadata.namespace));
    const query = { fieldManager: options.fieldManager, ...dryRun(options) };
    return this.#send<T>({ method: 'POST', path, query, body: typed(type, object), signal: options.signal });
  }

  /**
   * Server-side apply: creates the object or claims the given fields of it, and gives up fields that an earlier apply
   * of the same manager claimed and this one does not.
   */
  async apply<T extends KubeObject>(type: ResourceType<T>, object: Applied<T>, options: ApplyOptions): Promise<T> {
    return this.#apply(type, object, options, '');
  }

  /** Server-side apply to the `status` subresource of an existing object. */
  async applyStatus<T extends KubeObject>(
    type: ResourceType<T>,
    object: Applied<T>,
    options: ApplyOptions,
  ): Promise<T> {
    return this.#apply(type, object, options, 'status');
  }

  /** Deletes one object; finalizers and the grace period may keep it for a while. */
  async delete(type: ResourceType, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy, signal } = options;
    const body = { preconditions: { uid, resourceVersion }, gracePeriodSeconds, propagationPolicy };
    const path = objectPath(type, key.namespace, key.name);
    await this.#send({ method: 'DELETE', path, query: dryRun(options), body, signal });
  }

  /**
   * Evicts a pod; KUBE_TOO_MANY_REQUESTS where its disruption budget does not allow it now. The server tries for ten
   * seconds to evict a pod of another uid than the one that was meant, unless it is also told a resource version, so
   * one is read here.
   */
  async evict(key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const { gracePeriodSeconds, signal } = options;
    const preconditions = await this.#podPreconditions(key, options);
    const deleteOptions = { preconditions, gracePeriodSeconds };
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: key, deleteOptions };
    const path = objectPath(pods, key.namespace, key.name, 'eviction');
    await this.#send({ method: 'POST', path, query: dryRun(options), body, signal });
  }

  /** Opens a watch and yields its events until the server ends it. Events of type ERROR are yielded, not thrown. */
  async *watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { namespace, signal, allowWatchBookmarks = true, ...query } = options;
    const path = collectionPath(type, namespace);
    const call: Call = { method: 'GET', path, query: { ...query, watch: true, allowWatchBookmarks }, signal };
    yield* readEvents<T>(await this.#transport.open(call), path, signal);
  }

  /** Closes the connections, whatever they carry. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: Applied<T>,
    options: ApplyOptions,
    subresource: string,
  ): Promise<T> {
    const path = objectPath(type, object.metadata.namespace, object.metadata.name, subresource);
    const query = { fieldManager: options.fieldManager, force: options.force ?? false, ...dryRun(options) };
    const body = typed(type, object);
    try {
      const call: Call = { method: 'PATCH', path, query, body, contentType: applyPatch, signal: options.signal };
      return await this.#send<T>(call);
    } catch (error) {
      throw object.metadata.uid === undefined ? error : uidConflict(error);
    }
  }

  async #podPreconditions(key: ObjectKey, options: DeleteOptions): Promise<Preconditions> {
    const { uid, resourceVersion, signal } = options;
    if (uid === undefined || resourceVersion !== undefined) return { uid, resourceVersion };
    const { metadata } = await this.get(pods, key, { signal });
    if (metadata.uid !== uid) {
      throw new ApiError(409, 'Conflict', `Pod ${formatKey(key)} is not the one that was meant: its uid is another`);
    }
    return { uid, resourceVersion: metadata.resourceVersion };
  }

  async #page<T>(call: Call): Promise<RawList<T>> {
    for (const patience of [1, 2]) {
      try {
        return await this.#send<RawList<T>>({ ...call, patience });
      } catch (error) {
        if (!(error instanceof TransportError && error.code === 'DEADLINE')) throw error;
      }
    }
    return this.#send<RawList<T>>({ ...call, patience: 4 });
  }

  /** The server is trusted to answer with what was asked for. */
  async #send<T>(call: Call): Promise<T> {
    return (await this.#transport.send(call)) as T;
  }
}

/** The server calls another uid invalid where there is a new object, and a conflict where there is none. */
function uidConflict(error: unknown): unknown {
  const isOther = isApiError(error, 'KUBE_INVALID') && error.fields.includes('metadata.uid');
  return isOther ? new ApiError(409, 'Conflict', error.message) : error;
}

function dryRun(options: WriteOptions): Query {
  return options.dryRun === true ? { dryRun: 'All' } : {};
}

function typed(type: ResourceType, object: object): object {
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

/** Items of a list carry neither `apiVersion` nor `kind`; objects of a watch do. */
function named<T extends KubeObject>(type: ResourceType<T>, items: readonly T[]): readonly T[] {
  const apiVersion = apiVersionOf(type);
  return items.map((item) => ({ ...item, apiVersion, kind: type.kind }));
}

function requireNamespace(type: ResourceType, namespace: string | undefined): string | undefined {
  if (type.namespaced && !namespace) throw new TypeError(`A ${type.kind} needs metadata.namespace to be created`);
  return namespace;
}
