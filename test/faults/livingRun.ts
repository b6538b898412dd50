import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { microservices } from '../../operator/src/controllers/types.ts';
import { deployments } from '../../operator/src/kube/builtin.ts';
import type { Client } from '../../operator/src/kube/client.ts';
import { isApiError } from '../../operator/src/kube/errors.ts';
import type { ResourceType } from '../../operator/src/kube/resourceType.ts';
import { apply } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { Census, type Count } from './census.ts';
import { type EndState, type Snapshot, snapshot } from './endState.ts';
import type { FaultedOperator } from './faultedOperator.ts';
import { declared, life, lifeName, type Phase, workloads } from './life.ts';
import type { LogEntry } from './requestLog.ts';

/** What one phase came to. */
export interface PhaseRecord {
  readonly phase: string;
  readonly state: EndState;
  /** What was created and deleted, pods among it, whoever did it. */
  readonly count: Count;
  /** Requests that the server carried out or the proxy kept from it. */
  readonly writes: readonly LogEntry[];
  /** From the change, or from the end of what the test did beside, until the end state was reached. */
  readonly seconds: number;
}

/** What a test does beside a life. */
export interface Beside {
  /** Called when a phase has begun; the phase does not end before this has. */
  readonly during?: (phase: string) => Promise<void>;
  /** Called after each phase. */
  readonly after?: (phase: string) => Promise<void>;
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
  /** Why the watches of the run itself had to begin again. */
  restarts: ReadonlySet<string> = new Set();

  /** @param client goes to the API server directly */
  constructor(client: Client, namespace: string, operator: FaultedOperator) {
    this.#client = client;
    this.#namespace = namespace;
    this.#operator = operator;
  }

  /**
   * Lives through all phases.
   * @param reference what each phase must come to; without it, what it came to at rest
   */
  async run(reference?: readonly PhaseRecord[], beside: Beside = {}): Promise<PhaseRecord[]> {
    const census = new Census(this.#client, this.#namespace);
    this.restarts = census.restarts;
    try {
      await apply(this.#namespace, ...workloads);
      await this.#observed();
      await this.#counted(census, performance.now() + convergenceMs);
      census.take();
      const records: PhaseRecord[] = [];
      for (const [i, phase] of life.entries()) {
        records.push(await this.#live(phase, census, reference?.[i], beside));
        await beside.after?.(phase.name);
      }
      return records;
    } finally {
      await census.stop();
      await this.#clear();
    }
  }

  async #live(
    phase: Phase,
    census: Census,
    reference: PhaseRecord | undefined,
    { during }: Beside,
  ): Promise<PhaseRecord> {
    const { proxy } = this.#operator;
    proxy.phase = phase.name;
    if (phase.spec === null) await this.#client.delete(microservices, { namespace: this.#namespace, name: lifeName });
    else await apply(this.#namespace, declared(phase));
    await during?.(phase.name);
    const start = performance.now();
    const until = start + convergenceMs;
    const state = await this.#settled(phase, reference?.state, until);
    const seconds = Math.round(performance.now() - start) / 1000;
    await this.#counted(census, until);
    return { phase: phase.name, state, count: census.take(), writes: proxy.log.writes(phase.name), seconds };
  }

  /** The state once it is what it should be and nothing was written for a while; the last one when time is over. */
  async #settled(phase: Phase, wanted: EndState | undefined, until: number): Promise<EndState> {
    const { log } = this.#operator.proxy;
    const restFor = wanted === undefined ? 4 * restMs : restMs;
    let last: EndState = {};
    for (;;) {
      const before = log.writes().length;
      await sleep(restFor);
      const { state } = await this.#look();
      const resting = log.writes(phase.name).length > 0 && before === log.writes().length;
      const right = isDeepStrictEqual(state, wanted ?? last);
      if ((resting && right) || performance.now() > until) return state;
      last = state;
    }
  }

  /** Waits until the census has heard of everything that is there. */
  async #counted(census: Census, until: number): Promise<void> {
    while (!census.agrees((await this.#look()).uids)) {
      if (performance.now() > until) throw new Error('The census does not see what a list shows');
      await sleep(50);
    }
  }

  /** The API server itself may be what is away. */
  #look(): Promise<Snapshot> {
    return eventually(() => snapshot(this.#client, this.#namespace));
  }

  /** Waits until the workloads and their pods are there: how they are decides about what follows. */
  async #observed(): Promise<void> {
    for (;;) {
      const { items } = await this.#client.list(deployments, { namespace: this.#namespace });
      const settled = items.filter(({ metadata, spec, status }) => {
        return status?.observedGeneration === metadata.generation && status?.replicas === spec?.replicas;
      });
      if (settled.length === workloads.length) return;
      await sleep(50);
    }
  }

  /** Deletes what a life left, also one that was broken off. */
  async #clear(): Promise<void> {
    const names = (workloads as unknown as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    await this.#delete(microservices, lifeName);
    for (const name of names) await this.#delete(deployments, name);
    while ((await this.#look()).uids.size > 0) await sleep(100);
  }

  async #delete(type: ResourceType, name: string): Promise<void> {
    try {
      await this.#client.delete(type, { namespace: this.#namespace, name });
    } catch (error) {
      if (!isApiError(error, 'KUBE_NOT_FOUND')) throw error;
    }
  }
}
