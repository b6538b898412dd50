import type { V1EnvVar } from '@kubernetes/client-node';
import { injectedAnnotation } from '../api/names.ts';
import type { TapReason } from '../api/reasons.ts';
import type { TapPort } from '../config/metrics.ts';
import type { PodTemplate } from './template.ts';

/** A field that was given another value: what it was (null where it was absent) and what it is now. */
export interface Change<T> {
  readonly was: T | null;
  readonly is: T;
}

/** How to give one of the user's containers back what it had. */
export interface ContainerUndo {
  /** Lists that did not exist before. */
  readonly absent: readonly ('env' | 'volumeMounts')[];
  /** Names of variables that were appended. */
  readonly env: readonly string[];
  /** Paths of mounts that were appended. */
  readonly mounts: readonly string[];
  /** Variables whose value was replaced in place, with the whole entry as it was. */
  readonly ports: readonly { readonly was: V1EnvVar; readonly is: string }[];
  /** Ports of probes that were moved. */
  readonly probes: readonly (Change<number | string> & { readonly probe: MovedProbe })[];
}

export type MovedProbe = 'livenessProbe' | 'startupProbe';

/** Lists and maps of the pod that did not exist before. */
export type AbsentField = 'annotations' | 'initContainers' | 'volumes' | 'imagePullSecrets';

/** What was done to a pod: enough to judge it, and to undo it exactly. */
export interface InjectionRecord {
  readonly revision: string;
  readonly tap: TapReason;
  readonly taps: readonly TapPort[];
  readonly sidecars: readonly string[];
  readonly undo: {
    readonly absent: readonly AbsentField[];
    readonly imagePullSecrets: readonly string[];
    readonly grace: Change<number> | null;
    readonly annotations: Readonly<Record<string, Change<string>>>;
    readonly containers: Readonly<Record<string, ContainerUndo>>;
  };
}

/**
 * The record that a pod carries, or null where it carries none or one that is not ours to read. A record is only ever
 * used on the pod that carries it, so a forged one can do no more than its author could have done to the pod directly.
 */
export function recordOf(template: PodTemplate): InjectionRecord | null {
  const text = template.metadata?.annotations?.[injectedAnnotation];
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    // Not JSON: written by somebody else.
    return null;
  }
}

function isRecord(value: unknown): value is InjectionRecord {
  if (!isObject(value) || typeof value.revision !== 'string') return false;
  const { undo } = value;
  if (!Array.isArray(value.taps) || !Array.isArray(value.sidecars) || !isObject(undo)) return false;
  if (!Array.isArray(undo.absent) || !Array.isArray(undo.imagePullSecrets) || !isObject(undo.annotations)) return false;
  return isObject(undo.containers) && Object.values(undo.containers).every(isContainerUndo);
}

function isContainerUndo(value: unknown): boolean {
  return isObject(value) && ['absent', 'env', 'mounts', 'ports', 'probes'].every((key) => Array.isArray(value[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
