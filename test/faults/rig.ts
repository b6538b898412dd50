import { testClient } from '../../operator/src/kube/testing/apiServer.ts';
import { platform } from '../api/platform.ts';
import { dropNamespace, kubectl, newNamespace } from '../e2e/kubectl.ts';
import { FaultedOperator } from './faultedOperator.ts';
import { type Beside, LivingRun, type PhaseRecord } from './livingRun.ts';
import type { FaultPlan } from './plan.ts';

/** What must be the same whatever happened on the way. */
export const outcome = ({ phase, state, count }: PhaseRecord) => ({ phase, count, state });

/** How long starting may take, with its two lives, on a busy machine, in milliseconds. */
export const startMs = 300_000;

/** What a life came to. */
export interface Lived {
  readonly records: readonly PhaseRecord[];
  /** The controller's metrics page at the end. */
  readonly metrics: string;
  /** Why watches that go to the API server directly had to begin again. */
  readonly restarts: ReadonlySet<string>;
}

/** The operator, a namespace for lives, and what a life comes to without faults. */
export class Rig {
  readonly operator = new FaultedOperator();
  readonly #client = testClient();
  #namespace = '';
  #reference: readonly PhaseRecord[] | undefined;

  /** What each phase comes to without faults. */
  get reference(): readonly PhaseRecord[] {
    if (this.#reference === undefined) throw new Error('The rig has not been started');
    return this.#reference;
  }

  async start(): Promise<void> {
    await this.operator.install('image: example.org/sidecar:1\n');
    await kubectl(['apply', '-f', '-'], platform);
    this.#namespace = await newNamespace('faults', { team: 'shop' });
    // The first life makes what outlives a Microservice, such as the canary's Plan.
    await this.live({ faults: [] });
    this.#reference = (await this.live({ faults: [] })).records;
  }

  /**
   * Lives one life under a plan, with a controller of its own.
   * @param beside what else the test does
   */
  async live(plan: FaultPlan, beside: Beside = {}): Promise<Lived> {
    await this.operator.start(plan);
    try {
      const run = new LivingRun(this.#client, this.#namespace, this.operator);
      const records = await run.run(this.#reference, beside);
      return { records, metrics: await this.operator.metrics(), restarts: run.restarts };
    } finally {
      await this.operator.end();
    }
  }

  async stop(): Promise<void> {
    await this.operator.stop();
    if (this.#namespace !== '') await dropNamespace(this.#namespace);
    await this.#client.close();
  }
}
