/** Takes from objects what nobody here reads before they are cached: it is two thirds of a typical pod. */
import type { KubeObject } from './wire.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export interface StripOptions {
  /** Keep the managed fields of this manager: somebody wants to see what it owns. */
  readonly keepManager?: string | undefined;
}

/** Makes a function that returns an object without managed fields and without kubectl's copy of the manifest. */
export function strip(options: StripOptions = {}): <T extends KubeObject>(object: T) => T {
  return (object) => {
    const { managedFields, annotations, ...rest } = object.metadata;
    const kept = managedFields?.filter((entry) => entry.manager !== undefined && entry.manager === options.keepManager);
    const metadata = {
      ...rest,
      ...(annotations === undefined ? {} : { annotations: withoutLastApplied(annotations) }),
      ...(kept === undefined || kept.length === 0 ? {} : { managedFields: kept }),
    };
    return { ...object, metadata };
  };
}

function withoutLastApplied(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!(lastApplied in annotations)) return annotations;
  const { [lastApplied]: _, ...rest } = annotations;
  return rest;
}
