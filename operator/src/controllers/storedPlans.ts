import type { Microservice } from '../api/generated/microservice.ts';
import { fieldManager, microserviceLabel, ownerLabel, planName } from '../api/names.ts';
import { type ControllerRevision, controllerRevisions, pods } from '../kube/builtin.ts';
import type { Applied } from '../kube/calls.ts';
import type { Client } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';
import type { Store } from '../kube/store.ts';
import { formatKey } from '../kube/wire.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import { confirmFresh } from './freshness.ts';
import { NotOursError, ownedMeta } from './owned.ts';
import { revisionsInUse } from './podSurvey.ts';

/** Plans beyond those in use that are kept, so that a workload's own rollback finds the Plan that its template names. */
const kept = 10;

/** The Plan that a ControllerRevision holds. */
export function storedPlan({ data }: ControllerRevision): Plan {
  return data as unknown as Plan;
}

interface Written extends Pick<ControllerRevision, 'revision' | 'metadata'> {
  /** The UID of the Microservice. */
  readonly owner: string | undefined;
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
    store.onChange((before, after) => {
      if (after === undefined && before !== undefined) this.#noteGone(before);
    }, 'later');
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
      ...(written !== undefined && written.owner === owner.metadata.uid ? [written] : []),
    ];
    const newest = Math.max(0, ...known.map((stored) => stored.revision));
    if (known.some((stored) => stored.metadata.name === name && stored.revision === newest)) return revision;
    await confirmFresh(this.#client, owner.metadata, owner, signal);
    const body = {
      metadata: ownedMeta(owner, name),
      data: plan,
      revision: newest + 1,
    } as unknown as Applied<ControllerRevision>;
    const { metadata } = await this.#write(body, signal);
    this.#written.set(key, { owner: owner.metadata.uid, metadata, revision: newest + 1 });
    return revision;
  }

  /** Plans are immutable: content that cannot be changed to ours is somebody else's. */
  async #write(body: Applied<ControllerRevision>, signal: AbortSignal): Promise<ControllerRevision> {
    try {
      return await this.#client.apply(controllerRevisions, body, { fieldManager, force: true, signal });
    } catch (error) {
      const { namespace = '', name } = body.metadata;
      throw isApiError(error, 'KUBE_INVALID') ? new NotOursError('ControllerRevision', namespace, name) : error;
    }
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

  /**
   * Deletes Plans that no pod uses, oldest first, beyond the number that is kept. The pods are asked for once more: one
   * that the cache does not have yet may have come from a rollback, and would wait for its Plan for ever.
   */
  async prune(owner: Microservice, inUse: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const unused = (used: ReadonlySet<string>) =>
      this.newestFirst(owner).filter((stored) => !used.has(revisionOf(storedPlan(stored))));
    if (unused(inUse).length <= kept) return;
    const { namespace, name } = owner.metadata;
    const labelSelector = `${microserviceLabel}=${name}`;
    const running = await this.#client.list(pods, { namespace, labelSelector, signal });
    for (const stored of unused(new Set([...inUse, ...revisionsInUse(running.items)])).slice(kept)) {
      await this.#delete(stored, signal);
    }
  }

  /** One that was made the newest again since is another version, and stays. */
  async #delete({ metadata }: ControllerRevision, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid, resourceVersion } = metadata;
    try {
      await this.#client.delete(controllerRevisions, { namespace, name }, { uid, resourceVersion, signal });
    } catch (error) {
      if (!isApiError(error, 'KUBE_NOT_FOUND', 'KUBE_CONFLICT')) throw error;
    }
  }

  /** What was written and is deleted since must be written again. */
  #noteGone({ metadata }: ControllerRevision): void {
    const key = `${metadata.namespace}/${metadata.labels?.[ownerLabel]}`;
    if (this.#written.get(key)?.metadata.uid === metadata.uid) this.#written.delete(key);
  }

  #of(owner: Microservice): readonly ControllerRevision[] {
    const { namespace, name, uid } = owner.metadata;
    return this.#store
      .byIndex('owner', `${namespace}/${name}`)
      .filter(({ metadata }) => metadata.ownerReferences?.some((reference) => reference.uid === uid));
  }
}
