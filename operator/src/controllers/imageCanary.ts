import { managedBy, managedByLabel } from '../api/names.ts';
import { reasons } from '../api/reasons.ts';
import { KeyedBackoff } from '../kube/backoff.ts';
import { type Pod, pods } from '../kube/builtin.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { type ApiError, isApiError } from '../kube/errors.ts';
import type { Result } from '../kube/reconcileLoop.ts';
import { forbiddenByRbac } from './forbidden.ts';
import {
  type ImageTrial,
  type ImageVerdict,
  imageCanaryName,
  imageCanaryPod,
  judgeImageCanary,
} from './imageCanaryPod.ts';
import { oneLine } from './oneLine.ts';

/** Whether an image is known to start; if not, why, and when to ask again, in milliseconds. */
export type ImageProof = { readonly proven: true } | Unproven;

interface Unproven {
  readonly proven: false;
  readonly reason: 'ProvingSidecarImage' | 'SidecarImageNotProven';
  /** What to say instead of the reason's own text. */
  readonly message?: string;
  readonly retryMs: number;
}

/** What an ImageCanary is made of. */
export interface ImageCanaryOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** The namespace of the trial pods; nothing else is in it. */
  readonly namespace: string;
  /** False where no trial pod can run: then every image counts as proven. */
  readonly enabled: boolean;
  /** Whether a pod of a service runs with an image: then no trial is needed. */
  readonly runs: (image: string) => boolean;
}

/** How often a trial pod under way is looked at, in milliseconds. */
const lookMs = 2_000;
/** Nothing is known against the image yet. */
const underWay: Unproven = { proven: false, reason: 'ProvingSidecarImage', retryMs: lookMs };
/** How long to wait after a failed trial before the next, in milliseconds. */
const backoffMs = { baseMs: 10_000, capMs: 120_000 };

interface Known {
  readonly proof: ImageProof;
  /** Until when nobody looks again, in monotonic milliseconds. */
  readonly until: number;
  /** When the trial pod under way was first asked for, in monotonic milliseconds; undefined between two trials. */
  readonly since: number | undefined;
  /** What the last look was refused with, for want of a right. */
  readonly refusal?: ApiError;
}

/**
 * Proves that an image that goes into pods can be pulled and starts, before pods of services depend on it: by a pod of its
 * own that really runs. A good answer holds as long as the process; a bad one is tried again with growing delays.
 * One node answers for the name and the registry, not for every other node.
 */
export class ImageCanary {
  readonly #options: ImageCanaryOptions;
  readonly #known = new Map<string, Known>();
  readonly #backoff = new KeyedBackoff(backoffMs);

  constructor(options: ImageCanaryOptions) {
    this.#options = options;
  }

  /** Whether the image is proven. Any number of callers cost one look each two seconds while a trial is under way. */
  async proof(trial: ImageTrial, signal: AbortSignal): Promise<ImageProof> {
    const { enabled, clock, runs } = this.#options;
    const name = imageCanaryName(trial);
    const known = this.#known.get(name);
    if (!enabled || known?.proof.proven === true) return { proven: true };
    const now = clock.now();
    if (known !== undefined && now < known.until) {
      // Everyone who waits for the proof tells what is in its way, not only the one who looked.
      if (known.refusal !== undefined) throw known.refusal;
      return { ...known.proof, retryMs: known.until - now };
    }
    if (known === undefined && runs(trial.image)) return this.#remember(name, { proven: true }, now);
    const since = known?.since ?? now;
    // Other callers are answered from here while this one looks.
    const looking = { proof: known?.proof ?? underWay, until: now + lookMs, since };
    this.#known.set(name, looking);
    try {
      return this.#settle(trial, await this.#look(trial, now - since, signal), known, since);
    } catch (error) {
      if (isApiError(error, 'KUBE_FORBIDDEN')) this.#known.set(name, { ...looking, refusal: error });
      throw error;
    }
  }

  /** Deletes the trial pods that a process before this one left behind. */
  async sweep(signal: AbortSignal): Promise<Result> {
    const { client, namespace } = this.#options;
    const labelSelector = `${managedByLabel}=${managedBy}`;
    const found = await client.list(pods, { namespace, labelSelector, signal });
    const left = found.items.filter(({ metadata }) => this.#known.get(metadata.name)?.since === undefined);
    for (const pod of left) await this.#delete(pod, signal);
    return {};
  }

  #settle(trial: ImageTrial, verdict: ImageVerdict, known: Known | undefined, since: number): ImageProof {
    const name = imageCanaryName(trial);
    const now = this.#options.clock.now();
    if (verdict.state === 'pulled') {
      this.#backoff.forget(name);
      return this.#remember(name, { proven: true }, now);
    }
    if (verdict.state === 'failed') {
      return this.#remember(name, this.#failed(trial, verdict.text, this.#backoff.next(name)), now);
    }
    // While it is tried again, the failure before is what there is to say.
    const before = known?.proof.proven === false ? known.proof : underWay;
    return this.#remember(name, { ...before, retryMs: lookMs }, now, since);
  }

  #remember(name: string, proof: ImageProof, now: number, since?: number): ImageProof {
    this.#known.set(name, { proof, until: now + (proof.proven ? 0 : proof.retryMs), since });
    return proof;
  }

  #failed(trial: ImageTrial, why: string, retryMs: number): Unproven {
    const reason = 'SidecarImageNotProven';
    const what = `Pod ${imageCanaryName(trial)} in namespace ${this.#options.namespace}, image ${trial.image}`;
    return { proven: false, reason, message: `${reasons[reason].text} ${what}: ${why}`, retryMs };
  }

  /** Looks at the trial pod, creates it where there is none, and deletes it when it has told what it can. */
  async #look(trial: ImageTrial, waitedMs: number, signal: AbortSignal): Promise<ImageVerdict> {
    const { client, namespace } = this.#options;
    const pod = await client.find(pods, { namespace, name: imageCanaryName(trial) }, { signal });
    if (pod === undefined) return this.#create(trial, signal);
    if (pod.metadata.deletionTimestamp !== undefined) return { state: 'waiting' };
    const verdict = judgeImageCanary(pod, waitedMs);
    if (verdict.state !== 'waiting') await this.#delete(pod, signal);
    return verdict;
  }

  async #create(trial: ImageTrial, signal: AbortSignal): Promise<ImageVerdict> {
    const { client, namespace } = this.#options;
    try {
      await client.create(pods, imageCanaryPod(namespace, trial), { signal });
    } catch (error) {
      // A missing right is told as any other is. A quota or an admission policy of the cluster's is what a trial is for.
      const refused = isApiError(error, 'KUBE_FORBIDDEN', 'KUBE_INVALID') && !forbiddenByRbac(error);
      if (refused) return { state: 'failed', text: oneLine(`it is refused: ${(error as Error).message}`, 400) };
      if (!isApiError(error, 'KUBE_ALREADY_EXISTS')) throw error;
    }
    return { state: 'waiting' };
  }

  async #delete({ metadata }: Pod, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = metadata;
    try {
      await this.#options.client.delete(pods, { namespace, name }, { uid, signal });
    } catch (error) {
      if (!isApiError(error, 'KUBE_NOT_FOUND', 'KUBE_CONFLICT')) throw error;
    }
  }
}
