import type { KubeObject } from '../kube/wire.ts';

/**
 * Whether a change is one of what is declared: the object is new, gone, going, or has another generation. What it
 * reports about itself is no such change, nor are its labels and annotations.
 */
export function isRedeclared(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return declarationOf(before) !== declarationOf(after);
}

function declarationOf(object: KubeObject | undefined): string {
  if (object === undefined) return 'none';
  const { uid, generation, deletionTimestamp } = object.metadata;
  return `${uid}/${generation}/${deletionTimestamp ?? ''}`;
}
