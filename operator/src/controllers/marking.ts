import type { Microservice } from '../api/generated/microservice.ts';
import type { Reason } from '../api/reasons.ts';
import type { Client } from '../kube/client.ts';
import type { ObjectKey } from '../kube/wire.ts';
import type { Plan } from '../plan/plan.ts';
import type { WebhookCanary } from './canary.ts';
import { confirmFresh } from './freshness.ts';
import type { ImageCanary } from './imageCanary.ts';
import { imagesOf } from './imageCanaryPod.ts';
import { Kubelets } from './kubelets.ts';
import type { Workload } from './types.ts';
import { applyMarks, markedByUs, marksOf } from './workloads.ts';

/** Whether a workload carries the marks, and why not. */
export interface Marking {
  readonly marked: boolean;
  readonly reason: Reason;
  /** What to say instead of the reason's own text. */
  readonly message?: string | undefined;
  /** The marks are on and the pods are not as declared, now or for good: `reason` says why. */
  readonly failed?: true;
  /** Why the workload replaces no pods at the moment. */
  readonly hold?: Reason;
  /** When to look again, in milliseconds, where nothing else would bring it up. */
  readonly retryMs?: number;
}

/** What marks are put on, and for which Plan. */
export interface MarkOrder {
  readonly microservice: Microservice;
  readonly workload: Workload;
  readonly plan: Plan;
  readonly revision: string;
  /** Whether pods ran with the Plan before: then its images need no proof. */
  readonly hasRun: boolean;
  /** Called before the marks are put on, and not where they are on already. */
  readonly begin: () => Promise<void>;
}

/** Marks workloads, and takes marks off. */
export class Marker {
  readonly #client: Client;
  readonly #canary: WebhookCanary;
  readonly #images: ImageCanary;
  readonly #kubelets: Kubelets;

  constructor(client: Client, canary: WebhookCanary, images: ImageCanary) {
    this.#client = client;
    this.#kubelets = new Kubelets(client);
    this.#canary = canary;
    this.#images = images;
  }

  /**
   * Puts the marks on the workload that a Microservice names, once the webhook and the Plan's images have been proven
   * to work: marking rolls the pods, and they must neither come up bare nor not come up.
   */
  async mark(order: MarkOrder, signal: AbortSignal): Promise<Marking> {
    const { microservice, workload, plan, revision } = order;
    const { name } = microservice.metadata;
    const marks = marksOf(workload);
    if (microservice.spec.rollout?.restart === 'manual') {
      return { marked: marks?.microservice === name, reason: 'RestartManual' };
    }
    if (marks?.microservice === name && marks.revision === revision) return { marked: true, reason: 'Injected' };
    if (!(await this.#kubelets.haveSidecars(signal)))
      return { marked: false, reason: 'KubernetesTooOld', retryMs: 60_000 };
    if (!(await this.#canary.works(signal))) return { marked: false, reason: 'WebhookNotWorking', retryMs: 5_000 };
    for (const trial of order.hasRun ? [] : imagesOf(plan)) {
      const proof = await this.#images.proof(trial, signal);
      if (proof.proven) continue;
      const { proven: _, ...why } = proof;
      return { marked: false, ...why };
    }
    await confirmFresh(this.#client, microservice.metadata, microservice, signal);
    await order.begin();
    await applyMarks(this.#client, workload, { microservice: name, revision }, signal);
    return { marked: true, reason: 'Injected' };
  }

  /**
   * Takes the marks off workloads, where this controller put them there; their pods roll back to bare.
   * @param microservice the one that they name, as the cache has it; undefined where it is gone
   */
  async unmark(
    key: ObjectKey,
    microservice: Microservice | undefined,
    workloads: readonly Workload[],
    signal: AbortSignal,
  ): Promise<void> {
    const ours = workloads.filter(markedByUs);
    if (ours.length > 0) await confirmFresh(this.#client, key, microservice, signal);
    for (const workload of ours) await applyMarks(this.#client, workload, null, signal);
  }
}
