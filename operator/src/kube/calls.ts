/** What the client's methods take and return. */
import type { WriteGate } from './leadership.ts';
import type { CallObserver } from './transport.ts';
import type { KubeObject, ObjectMeta } from './wire.ts';

/** Any part of an object. What is undefined is not sent. */
export type Part<T> = T extends readonly (infer Item)[]
  ? readonly Part<Item>[]
  : T extends object
    ? { readonly [K in keyof T]?: Part<T[K]> | undefined }
    : T;

/** The fields that an apply claims; `metadata.uid` and `resourceVersion`, if given, must match what the server has. */
export type Applied<T extends KubeObject> = Part<Omit<T, 'apiVersion' | 'kind' | 'metadata'>> & {
  readonly metadata: Part<ObjectMeta> & { readonly name: string };
};

/** A whole new object; `metadata.generateName` may stand in for the name. */
export type Created<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & {
  readonly metadata: Part<ObjectMeta>;
};

export interface CallOptions {
  /** Aborts the call: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Have the server do everything, admission included, but store nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface CreateOptions extends WriteOptions {
  readonly fieldManager?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take over fields that another manager owns; otherwise the server answers KUBE_CONFLICT. */
  readonly force?: boolean | undefined;
}

/** What must still be true of the object when it is deleted; otherwise the server answers KUBE_CONFLICT. */
export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface DeleteOptions extends WriteOptions, Preconditions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' | undefined;
}

/** Which objects of a type: of one namespace or of all, by label and by field. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection, CallOptions {
  /**
   * Objects per page, 250 by default. A page is parsed at one go: 250 pods of 10 kB held up the event loop for 58 ms,
   * 4,000 in one page for 574 ms (two busy cores).
   */
  readonly limit?: number | undefined;
}

export interface WatchOptions extends Selection, CallOptions {
  /** Where to go on from, as a list or a watch event told. */
  readonly resourceVersion?: string | undefined;
  /** After how long the server ends the stream. */
  readonly timeoutSeconds?: number | undefined;
  /** Ask for events which only tell how far the stream is; true by default. */
  readonly allowWatchBookmarks?: boolean | undefined;
}

/** One page of a list. All pages of one list show the same moment, `resourceVersion`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** How a client behaves; each client has connections of its own. */
export interface ClientOptions {
  readonly userAgent?: string | undefined;
  /** How long the server may take to answer a call, or to begin a watch, in milliseconds; ten seconds by default. */
  readonly deadlineMs?: number | undefined;
  /** Told of each finished call: for metrics. */
  readonly observe?: CallObserver | undefined;
  /** Asked before every write. While it refuses, writes throw its NotLeaderError and nothing is sent. */
  readonly gate?: WriteGate | undefined;
}
