import { ownerLabel, planName } from '../api/names.ts';
import type { ControllerRevision } from '../kube/builtin.ts';
import { type Clock, systemClock } from '../kube/clock.ts';
import type { Indexer, Store } from '../kube/store.ts';
import type { Plan } from '../plan/plan.ts';

/** Which Plan a pod wants: the one of a revision, or the newest. */
export interface PlanKey {
  readonly namespace: string;
  readonly microservice: string;
  readonly revision?: string | undefined;
}

/** The index that a store of stored Plans must have for a PlanFinder. */
export const planIndex: Readonly<Record<'owner', Indexer<ControllerRevision>>> = {
  owner: ({ metadata }) => [`${metadata.namespace}/${metadata.labels?.[ownerLabel]}`],
};

/**
 * How long a pod is held for a Plan that the cache does not have yet, in milliseconds. The marks are written right after
 * the Plan, so a pod can come before the Plan's watch event; the webhook's own time limit is three seconds.
 */
const holdMs = 1_000;

/** Finds stored Plans in the cache, and waits a moment for one that is on its way. */
export class PlanFinder {
  readonly #store: Store<ControllerRevision>;
  readonly #clock: Clock;

  constructor(store: Store<ControllerRevision>, clock: Clock = systemClock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The Plan, or undefined where there is none even after the wait. */
  async find(key: PlanKey): Promise<Plan | undefined> {
    return this.#cached(key) ?? (await this.#arriving(key));
  }

  #cached({ namespace, microservice, revision }: PlanKey): Plan | undefined {
    const stored =
      revision === undefined
        ? this.#newest(`${namespace}/${microservice}`)
        : this.#store.get({ namespace, name: planName(microservice, revision) });
    const plan = stored?.data as unknown as Partial<Plan> | undefined;
    // Who may write stored Plans is the cluster's to say; that this is one, and for these pods, is looked at here.
    const isMeant = plan?.format === 1 && plan.microservice === microservice && plan.namespace === namespace;
    return isMeant ? (plan as Plan) : undefined;
  }

  #newest(owner: string): ControllerRevision | undefined {
    return this.#store.byIndex('owner', owner).toSorted((a, b) => b.revision - a.revision)[0];
  }

  #arriving(key: PlanKey): Promise<Plan | undefined> {
    return new Promise((resolve) => {
      const end = (plan: Plan | undefined) => {
        stop();
        cancel();
        resolve(plan);
      };
      const cancel = this.#clock.schedule(holdMs, () => end(undefined));
      const stop = this.#store.onChange((_before, after) => {
        if (after?.metadata.namespace !== key.namespace) return;
        const plan = this.#cached(key);
        if (plan !== undefined) end(plan);
      }, 'later');
    });
  }
}
