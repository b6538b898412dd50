import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { injectAnnotation, microserviceLabel, revisionAnnotation } from '../../operator/src/api/names.ts';
import { recordOf } from '../../operator/src/inject/record.ts';
import type { PodTemplate } from '../../operator/src/inject/template.ts';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { type KubeObject, keyOf } from '../../operator/src/kube/wire.ts';
import type { Tail } from './tail.ts';

/** How long a status may lag behind its declaration, in seconds. */
const longestLag = 30;
/** For so long before and after its life, in milliseconds, a Microservice's pods may find no Plan of it. */
const dawnMs = 15_000;
/** Times in objects are cut to whole seconds, and an API server takes a moment to open a connection again. */
const blurMs = 3_000;

/** What became of labelled pods. */
export type Fate =
  /** It has the sidecars of the Plan that its template names. */
  | 'injected'
  /** It opted out. */
  | 'skipped'
  /** It came while no webhook could be reached: it is to be replaced. */
  | 'bare, webhook away'
  /** It came bare for no reason that is known here: the API server must have given up waiting for the webhook. */
  | 'bare, unexplained'
  /** Its Microservice did not exist at that moment, or had just come or gone. */
  | 'bare, no Microservice'
  /** It has another Plan than its template names. */
  | 'wrong';

type Declared = Microservice & KubeObject;

/** Looks at every pod and every status as they come, by lists and watches that are not the operator's. */
export class Auditor {
  readonly fates: Record<Fate, number> = {
    injected: 0,
    skipped: 0,
    'bare, webhook away': 0,
    'bare, unexplained': 0,
    'bare, no Microservice': 0,
    wrong: 0,
  };
  /** What must not have happened. */
  readonly breaches: string[] = [];
  /** How long statuses took to speak of a new generation, in seconds. */
  readonly lags: number[] = [];
  /** When the webhook could not be reached, in milliseconds since the epoch. */
  readonly outages: { readonly from: number; to: number }[] = [];
  readonly #microservices: Tail<Declared>;
  /** When a generation was first seen, by key of the Microservice. */
  readonly #declaredAt = new Map<string, { readonly generation: number; readonly at: number }>();
  /** When a Microservice came or went last. */
  readonly #turned = new Map<string, number>();
  readonly #late = new Set<string>();
  readonly #unexplained: string[] = [];

  constructor(pods: Tail<Pod>, microservices: Tail<Declared>) {
    this.#microservices = microservices;
    pods.onChange((before, after) => {
      if (before === undefined && after?.metadata.labels?.[microserviceLabel] !== undefined) this.#judge(after);
    });
    microservices.onChange((before, after) => this.#follow(before, after));
  }

  /** Opens a time in which the webhook cannot be reached, and returns the way to close it. */
  outage(): () => void {
    const outage = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.outages.push(outage);
    return () => {
      outage.to = Date.now();
    };
  }

  /**
   * Notes statuses that have not followed for too long. Call it now and then.
   * @param backSince since when there is a controller that could follow, in milliseconds since the epoch
   */
  checkLags(backSince: number): void {
    for (const [key, { generation, at }] of this.#declaredAt) {
      const seconds = (Date.now() - Math.max(at, backSince)) / 1000;
      const about = `${key} generation ${generation}`;
      if (seconds < longestLag || this.#late.has(about)) continue;
      this.#late.add(about);
      this.breaches.push(`${now()} the status of ${about} says nothing of it after ${longestLag} s`);
    }
  }

  /**
   * Holds bare pods against the API server's own count.
   * @param failedOpen how often it let a pod pass because the webhook gave no answer in time
   */
  checkMissed(failedOpen: number): void {
    if (this.fates['bare, webhook away'] + this.#unexplained.length > failedOpen)
      this.breaches.push(...this.#unexplained);
  }

  #judge(pod: Pod): void {
    const { fate, why } = this.#fateOf(pod);
    this.fates[fate]++;
    const text = `${now()} pod ${keyOf(pod)}: ${why}`;
    if (fate === 'wrong') this.breaches.push(text);
    if (fate === 'bare, unexplained') this.#unexplained.push(text);
  }

  #fateOf(pod: Pod): { readonly fate: Fate; readonly why?: string } {
    const { annotations = {}, labels = {}, namespace, creationTimestamp = '' } = pod.metadata;
    const asked = annotations[revisionAnnotation];
    const record = recordOf(pod as unknown as PodTemplate);
    if (record !== null) {
      if (asked === undefined || record.revision === asked) return { fate: 'injected' };
      return { fate: 'wrong', why: `it has revision ${record.revision} and its template names ${asked}` };
    }
    if (annotations[injectAnnotation] === 'false') return { fate: 'skipped' };
    const created = Date.parse(creationTimestamp);
    if (this.outages.some(({ from, to }) => created > from - blurMs && created < to + blurMs)) {
      return { fate: 'bare, webhook away' };
    }
    const key = `${namespace}/${labels[microserviceLabel]}`;
    const turned = this.#turned.get(key) ?? 0;
    if (this.#microservices.get(key) === undefined || Date.now() - turned < dawnMs) {
      return { fate: 'bare, no Microservice' };
    }
    return { fate: 'bare, unexplained', why: `it is bare; its template names revision ${asked}` };
  }

  #follow(before: Declared | undefined, after: Declared | undefined): void {
    const key = keyOf((after ?? before) as Declared);
    if (before === undefined || after === undefined) this.#turned.set(key, Date.now());
    if (after === undefined || after.metadata.deletionTimestamp !== undefined) {
      this.#declaredAt.delete(key);
      return;
    }
    const generation = after.metadata.generation ?? 0;
    const declared = this.#declaredAt.get(key);
    if (after.status?.observedGeneration === generation) {
      if (declared !== undefined) this.lags.push((Date.now() - declared.at) / 1000);
      this.#declaredAt.delete(key);
    } else if (declared?.generation !== generation) {
      // A change upon a change does not give the status more time.
      this.#declaredAt.set(key, { generation, at: declared?.at ?? Date.now() });
    }
  }
}

/** For breaches, so that they can be found in the logs. */
function now(): string {
  return new Date().toISOString();
}
