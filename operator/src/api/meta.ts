/** The group and version of Standpipe's API. */
export const apiVersion = 'standpipe.dev/v1alpha1';

/** The kinds of Standpipe's API. */
export const kinds = ['Microservice', 'Broker', 'LogSink'] as const;

/** One of the kinds of Standpipe's API. */
export type Kind = (typeof kinds)[number];

/** An entry of `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The parts of Kubernetes' object metadata that Standpipe reads. `uid` and the like are missing in manifests from a file. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}
