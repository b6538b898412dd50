import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../operator/src/kube/wire.ts';
import { digest } from '../../operator/src/plan/canonical.ts';
import type { Plan } from '../../operator/src/plan/plan.ts';
import { revisionOf } from '../../operator/src/plan/revision.ts';
import type { Entry } from './etcd.ts';
import { perNamespace, placeOf } from './shapes.ts';

/** Where the API server keeps objects of a kind (the storage paths of its registries). */
const folders: Readonly<Record<string, string>> = {
  Microservice: 'standpipe.dev/microservices',
  Service: 'services/specs',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  Pod: 'pods',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ControllerRevision: 'controllerrevisions',
};

/** What a copy has in common with objects that are there already; what is left out is made new. */
export interface Known {
  readonly deploymentUid?: string | undefined;
  /** The revision of the original and that of the copy. Without, it is computed from a copied Plan, if there is one. */
  readonly revisions?: readonly [was: string, is: string] | undefined;
}

/**
 * The objects of the first Microservice of a shape as they would be for the one of another number.
 * @param objects as the API server gives them
 */
export function copiesOf(objects: readonly KubeObject[], shape: number, index: number, known: Known = {}): Entry[] {
  const [was, is] = [placeOf(shape), placeOf(index)];
  const callee = placeOf(index - (index % perNamespace)).name;
  const renames: (readonly [string, string])[] = [
    [was.name, is.name],
    [was.namespace, is.namespace],
    // Shape 3 calls the first of its namespace.
    ...(shape === 0 ? [] : [[placeOf(0).name, callee] as const]),
    ...objects.map(({ kind, metadata }) => {
      const uid = kind === 'Deployment' ? known.deploymentUid : undefined;
      return [metadata.uid ?? '', uid ?? randomUUID()] as const;
    }),
  ];
  const renamed = objects.map((object) => replaced(opened(object), renames));
  const revisions = known.revisions ?? revisionsOf(renamed);
  const whole = revisions === undefined ? renamed : renamed.map((object) => replaced(object, [revisions]));
  return whole.map((object) => {
    const { resourceVersion: _version, ...metadata } = object.metadata;
    const key = `/registry/${folders[object.kind]}/${is.namespace}/${metadata.name}`;
    return { key, value: closed({ ...object, metadata } as KubeObject) };
  });
}

function replaced(object: KubeObject, renames: readonly (readonly [string, string])[]): KubeObject {
  const named = renames.filter(([from]) => from !== '');
  const text = named.reduce((whole, [from, to]) => whole.replaceAll(from, to), JSON.stringify(object));
  return JSON.parse(text) as KubeObject;
}

/** The revision in the name of a copied Plan, and the one that its content has now. */
function revisionsOf(objects: readonly KubeObject[]): readonly [string, string] | undefined {
  const stored = objects.find(({ kind }) => kind === 'ControllerRevision') as
    | (KubeObject & { readonly data: Plan })
    | undefined;
  if (stored === undefined) return undefined;
  return [stored.metadata.name.split('.').at(-1) ?? '', revisionOf(stored.data)];
}

type Entries = Readonly<Record<string, string>>;

/** With the values of a Secret in plain text: they have names in them. */
function opened(object: KubeObject): KubeObject {
  return object.kind === 'Secret' ? withData(object, (text) => Buffer.from(text, 'base64').toString()) : object;
}

function closed(object: KubeObject): KubeObject {
  if (object.kind === 'Secret') return withData(object, (text) => Buffer.from(text).toString('base64'));
  return object.kind === 'ConfigMap' ? withData(object, regenerated) : object;
}

function withData(object: KubeObject, change: (text: string) => string): KubeObject {
  const entries = Object.entries((object as KubeObject & { readonly data?: Entries }).data ?? {});
  return { ...object, data: Object.fromEntries(entries.map(([key, text]) => [key, change(text)])) } as KubeObject;
}

/** The configuration of a sidecar carries a digest of itself. */
function regenerated(text: string): string {
  const { generation: _generation, ...content } = JSON.parse(text) as object & { generation: string };
  return JSON.stringify({ generation: digest(content), ...content }, null, 2);
}
