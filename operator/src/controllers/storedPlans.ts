import type { Microservice } from '../api/generated/microservice.ts';
import { fieldManager, planName } from '../api/names.ts';
import { type ControllerRevision, controllerRevisions } from '../kube/builtin.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import type { Store } from '../kube/store.ts';
import { formatKey } from '../kube/wire.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import { confirmFresh } from './freshness.ts';
import { ownedMeta } from './owned.ts';

/** Plans beyond those in use that are kept, so that a workload's own rollback finds the Plan that its template names. */
const kept = 10;

/** The Plan that a ControllerRevision holds. */
export function storedPlan({ data }: ControllerRevision): Plan {
  return data as unknown as Plan;
}

interface Written extends Pick<ControllerRevision, 'revision'> {
  readonly uid: string | undefined;
  readonly metadata: { readonly name: string };
}

/** Stores Plans as ControllerRevisions: immutable data, and a number that orders them. */
export class StoredPlans {
  readonly #client: Client;
  readonly #store: Store<ControllerRevision>;
  /** The newest Plan that was written for each Microservice. */
  readonly #written = new Map<string, Written>();

  constructor(client: Client, store: Store<ControllerRevision>) {
    this.#client = client;
    this.#store = store;
  }

  /** Makes a Plan the newest of its Microservice. Returns its revision. */
  async store(owner: Microservice, plan: Plan, signal: AbortSignal): Promise<string> {
    const revision = revisionOf(plan);
    const name = planName(owner.metadata.name, revision);
    const key = formatKey(owner.metadata);
    const written = this.#written.get(key);
    // The cache may be behind what was written last.
    const known = [
      ...this.#of(owner),
      ...(written !== undefined && written.uid === owner.metadata.uid ? [written] : []),
    ];
    const newest = Math.max(0, ...known.map((stored) => stored.revision));
    if (known.some((stored) => stored.metadata.name === name && stored.revision === newest)) return revision;
    await confirmFresh(this.#client, owner.metadata, owner, signal);
    const body = {
      metadata: ownedMeta(owner, name),
      data: plan,
      revision: newest + 1,
    } as unknown as Applied<ControllerRevision>;
    await this.#client.apply(controllerRevisions, body, { fieldManager, force: true, signal });
    this.#written.set(key, { uid: owner.metadata.uid, metadata: { name }, revision: newest + 1 });
    return revision;
  }

  /** The stored Plan of a revision, if there is one. */
  find(owner: Microservice, revision: string): ControllerRevision | undefined {
    const name = planName(owner.metadata.name, revision);
    return this.#of(owner).find((stored) => stored.metadata.name === name);
  }

  /** The stored Plans of a Microservice. */
  newestFirst(owner: Microservice): readonly ControllerRevision[] {
    return this.#of(owner).toSorted((a, b) => b.revision - a.revision);
  }

  /** Forgets what it wrote for a Microservice that is gone. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  /** Deletes Plans that no pod uses, oldest first, beyond the number that is kept. */
  async prune(owner: Microservice, inUse: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const unused = this.#of(owner)
      .filter((stored) => !inUse.has(revisionOf(storedPlan(stored))))
      .sort((a, b) => b.revision - a.revision);
    for (const { metadata } of unused.slice(kept)) {
      const { name, namespace, uid } = metadata;
      await this.#client.delete(controllerRevisions, { namespace, name }, { uid, signal });
    }
  }

  #of(owner: Microservice): readonly ControllerRevision[] {
    const { namespace, name, uid } = owner.metadata;
    return this.#store
      .byIndex('owner', `${namespace}/${name}`)
      .filter(({ metadata }) => metadata.ownerReferences?.some((reference) => reference.uid === uid));
  }
}
