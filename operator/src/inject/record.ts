import type { V1EnvVar } from '@kubernetes/client-node';
import { injectedAnnotation, sidecarContainers } from '../api/names.ts';
import { type Reason, reasons, type TapReason } from '../api/reasons.ts';
import { checkTaps, type TapPort } from '../config/metrics.ts';
import { changedAnnotations } from './annotations.ts';
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
  /** Variables that were appended, whole: one that somebody changed since is no longer ours. */
  readonly env: readonly V1EnvVar[];
  /** Paths of mounts that were appended. */
  readonly mounts: readonly string[];
  /** Variables whose value was replaced in place, with the whole entry as it was. */
  readonly ports: readonly { readonly was: V1EnvVar; readonly is: string }[];
  /** Names that ports of the container had: the sidecar has them now. Pods of earlier versions lack the field. */
  readonly portNames?: readonly { readonly port: number; readonly was: string }[];
  /** Ports of probes that were moved. */
  readonly probes: readonly (Change<number | string> & { readonly probe: MovedProbe })[];
}

/** The probes that are moved with the app. */
export const movedProbes = ['livenessProbe', 'startupProbe', 'readinessProbe'] as const;
export type MovedProbe = (typeof movedProbes)[number];

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
  if (!isObject(value) || typeof value.revision !== 'string' || !isTapReason(value.tap)) return false;
  // Containers and annotations of other injectors may be in the pod by now, so the record may name none but ours.
  return listOf(value.sidecars, isOneOf(sidecarContainers)) && 'value' in checkTaps(value.taps) && isUndo(value.undo);
}

function isUndo(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { absent, imagePullSecrets, grace, annotations, containers } = value;
  return (
    listOf(absent, isText) &&
    listOf(imagePullSecrets, isText) &&
    (grace === null || isChange(grace, Number.isSafeInteger)) &&
    isObject(annotations) &&
    Object.keys(annotations).every(isOneOf(changedAnnotations)) &&
    Object.values(annotations).every((change) => isChange(change, isText)) &&
    isObject(containers) &&
    Object.values(containers).every(isContainerUndo)
  );
}

function isContainerUndo(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { absent, env, mounts, ports, portNames = [], probes } = value;
  return (
    listOf(absent, isText) &&
    listOf(env, isVariable) &&
    listOf(mounts, isText) &&
    listOf(ports, (port) => isObject(port) && isVariable(port.was) && isText(port.is)) &&
    listOf(portNames, (named) => isObject(named) && Number.isSafeInteger(named.port) && isText(named.was)) &&
    listOf(probes, (moved) => isObject(moved) && isOneOf(movedProbes)(moved.probe) && isChange(moved, isPort))
  );
}

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isPort: Test = (value) => isText(value) || Number.isSafeInteger(value);
const isVariable: Test = (value) => isObject(value) && isText(value.name);
const isOneOf =
  (names: readonly string[]): Test =>
  (value) =>
    names.includes(value as string);

function isTapReason(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(reasons, value) && reasons[value as Reason].kind === 'tap';
}

function isChange(value: unknown, test: Test): boolean {
  return isObject(value) && (value.was === null || test(value.was)) && test(value.is);
}

function listOf(value: unknown, test: Test): boolean {
  return Array.isArray(value) && value.every(test);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
