import type { Microservice } from '../api/generated/microservice.ts';
import { reasons } from '../api/reasons.ts';
import type { Client } from '../kube/client.ts';
import type { WebhookCanary } from './canary.ts';
import { tryEvict } from './evict.ts';
import { confirmFresh } from './freshness.ts';
import type { Marking } from './marking.ts';
import { chooseRepair, type RepairInput } from './repairChoice.ts';
import { applyMarks } from './workloads.ts';

/** How long to wait between two evictions of a Microservice's pods, and after a refused one, in milliseconds. */
const paceMs = 10_000;

/** Replaces pods that came up bare while the webhook was away, within their disruption budgets. */
export class Repair {
  readonly #client: Client;
  readonly #canary: WebhookCanary;

  constructor(client: Client, canary: WebhookCanary) {
    this.#client = client;
    this.#canary = canary;
  }

  /** Does one thing about bare pods, if there is one to do. Returns what it changes in what is said of the marks. */
  async step(microservice: Microservice, input: RepairInput, signal: AbortSignal): Promise<Partial<Marking>> {
    const choice = chooseRepair(input);
    if (choice.action === 'none') return {};
    if (choice.action === 'giveUp') {
      const message = `${reasons.PodsStayBare.text} It is ${choice.bare} of ${choice.of} pods.`;
      return { failed: true, reason: 'PodsStayBare', message };
    }
    if (choice.action !== 'wait' && (await this.#canary.worksNow(signal))) {
      if (choice.action === 'evict') await tryEvict(this.#client, choice.pod, signal);
      else await this.#roll(microservice, input, signal);
    }
    return { retryMs: paceMs };
  }

  /** One more mark on the template makes the workload replace its pods by its own rules. */
  async #roll(microservice: Microservice, input: RepairInput, signal: AbortSignal): Promise<void> {
    const { workload, revision, outage } = input;
    await confirmFresh(this.#client, microservice.metadata, microservice, signal);
    const { name } = microservice.metadata;
    await applyMarks(this.#client, workload, { microservice: name, revision, restartedFor: outage }, signal);
  }
}
