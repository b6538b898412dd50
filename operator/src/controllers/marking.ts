import type { Microservice } from '../api/generated/microservice.ts';
import type { Reason } from '../api/reasons.ts';
import type { Client } from '../kube/client.ts';
import type { ObjectKey } from '../kube/wire.ts';
import type { WebhookCanary } from './canary.ts';
import { confirmFresh } from './freshness.ts';
import { Kubelets } from './kubelets.ts';
import type { Workload } from './types.ts';
import { applyMarks, markedByUs, marksOf } from './workloads.ts';

/** Whether a workload carries the marks, and why not. */
export interface Marking {
  readonly marked: boolean;
  readonly reason: Reason;
  /** What to say instead of the reason's own text. */
  readonly message?: string | undefined;
  /** The marks are those of an earlier Plan, after the wanted one failed. */
  readonly failed?: true;
  /** Why the workload replaces no pods at the moment. */
  readonly hold?: Reason;
  /** When to look again, in milliseconds, where nothing else would bring it up. */
  readonly retryMs?: number;
}

/** Marks workloads, and takes marks off. */
export class Marker {
  readonly #client: Client;
  readonly #canary: WebhookCanary;
  readonly #kubelets: Kubelets;

  constructor(client: Client, canary: WebhookCanary) {
    this.#client = client;
    this.#kubelets = new Kubelets(client);
    this.#canary = canary;
  }

  /**
   * Puts the marks on the workload that a Microservice names, once the webhook has been proven to work: marking rolls
   * the pods, and they must not come up bare.
   * @param begin called before the marks are put on, and not where they are on already
   */
  async mark(
    microservice: Microservice,
    workload: Workload,
    revision: string,
    begin: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<Marking> {
    const { name } = microservice.metadata;
    const marks = marksOf(workload);
    if (microservice.spec.rollout?.restart === 'manual') {
      return { marked: marks?.microservice === name, reason: 'RestartManual' };
    }
    if (marks?.microservice === name && marks.revision === revision) return { marked: true, reason: 'Injected' };
    if (!(await this.#kubelets.haveSidecars(signal)))
      return { marked: false, reason: 'KubernetesTooOld', retryMs: 60_000 };
    if (!(await this.#canary.works(signal))) return { marked: false, reason: 'WebhookNotWorking', retryMs: 5_000 };
    await confirmFresh(this.#client, microservice.metadata, microservice, signal);
    await begin();
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
