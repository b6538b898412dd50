import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { microservices } from '../../operator/src/controllers/types.ts';
import { deployments } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import { apply } from '../e2e/kubectl.ts';
import { type EndState, endState } from './endState.ts';
import type { FaultedOperator } from './faultedOperator.ts';
import { declared, life, lifeName, type Phase, workloads } from './life.ts';
import type { LogEntry } from './requestLog.ts';

/** What one phase came to. */
export interface PhaseRecord {
  readonly phase: string;
  readonly state: EndState;
  /** How many objects the operator created and deleted, as the server answered. */
  readonly created: number;
  readonly deleted: number;
  /** Requests that the server carried out or the proxy kept from it. */
  readonly writes: readonly LogEntry[];
  /** Until the end state was reached. */
  readonly seconds: number;
}

/** How long nothing may be written for a phase to count as over, in milliseconds. */
const restMs = 400;

/** How long a phase may take to reach its end state, in milliseconds. */
export const convergenceMs = 60_000;

/** Drives a Microservice through its life behind the proxy. */
export class LivingRun {
  readonly #client: Client;
  readonly #namespace: string;
  readonly #operator: FaultedOperator;

  /** @param client goes to the API server directly */
  constructor(client: Client, namespace: string, operator: FaultedOperator) {
    this.#client = client;
    this.#namespace = namespace;
    this.#operator = operator;
  }

  /**
   * Lives through all phases.
   * @param reference what each phase must come to; without it, what it came to at rest
   * @param then called after each phase
   */
  async run(reference?: readonly PhaseRecord[], then?: (phase: string) => Promise<void>): Promise<PhaseRecord[]> {
    await apply(this.#namespace, ...workloads);
    await this.#observed();
    const records: PhaseRecord[] = [];
    for (const [i, phase] of life.entries()) {
      records.push(await this.#live(phase, reference?.[i]));
      await then?.(phase.name);
    }
    await this.#clear();
    return records;
  }

  async #live(phase: Phase, reference: PhaseRecord | undefined): Promise<PhaseRecord> {
    const { proxy } = this.#operator;
    proxy.phase = phase.name;
    const start = performance.now();
    if (phase.spec === null) await this.#client.delete(microservices, { namespace: this.#namespace, name: lifeName });
    else await apply(this.#namespace, declared(phase));
    const state = await this.#settled(phase, reference?.state, start + convergenceMs);
    const seconds = Math.round(performance.now() - start) / 1000;
    const writes = proxy.log.writes(phase.name);
    const created = writes.filter(({ status }) => status === 201).length;
    const deleted = writes.filter(({ verb, status }) => verb === 'delete' && status === 200).length;
    return { phase: phase.name, state, created, deleted, writes, seconds };
  }

  /** The state once it is what it should be and nothing was written for a while; the last one when time is over. */
  async #settled(phase: Phase, wanted: EndState | undefined, until: number): Promise<EndState> {
    const restFor = wanted === undefined ? 4 * restMs : restMs;
    for (;;) {
      const before = this.#operator.proxy.log.writes().length;
      await sleep(restFor);
      const state = await endState(this.#client, this.#namespace);
      const resting =
        this.#operator.proxy.log.writes(phase.name).length > 0 && before === this.#operator.proxy.log.writes().length;
      const right = wanted === undefined || isDeepStrictEqual(state, wanted);
      if ((resting && right) || performance.now() > until) return state;
    }
  }

  /** Waits until the workloads are settled: whether they are healthy decides about what follows. */
  async #observed(): Promise<void> {
    for (;;) {
      const { items } = await this.#client.list(deployments, { namespace: this.#namespace });
      const settled = items.filter(({ metadata, status }) => status?.observedGeneration === metadata.generation);
      if (settled.length === workloads.length) return;
      await sleep(50);
    }
  }

  async #clear(): Promise<void> {
    for (const { metadata } of workloads as unknown as { metadata: { name: string } }[]) {
      await this.#client.delete(deployments, { namespace: this.#namespace, name: metadata.name });
    }
    while (Object.keys(await endState(this.#client, this.#namespace)).length > 0) await sleep(100);
  }
}
