import { fieldManager } from '../api/names.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { ResourceType } from '../kube/resourceType.ts';
import type { KubeObject } from '../kube/wire.ts';
import type { Workload, WorkloadKind } from './types.ts';
import { marksOf, workloadTypes } from './workloads.ts';

/** How often marks may be taken off within the time before they are given up. */
const patience = 2;
const withinMs = 60 * 60_000;

/** What became of marks that were put on and are not there. */
export type Loss =
  /** They are there: the cache was behind. */
  | { readonly state: 'present' }
  | { readonly state: 'lost' }
  /** Somebody keeps taking them off, and is not fought. */
  | { readonly state: 'contested'; readonly by: string };

/** Tells somebody who once undid a rollout from somebody who keeps removing the marks. */
export class Contest {
  readonly #client: Client;
  readonly #clock: Clock;
  /** By UID of the Microservice: when its marks were found missing, in monotonic milliseconds. */
  readonly #losses = new Map<
    string,
    { readonly times: readonly number[]; readonly by: string; readonly generation: number }
  >();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The contest that a Microservice is in, if it is: it ends after an hour, or when the Microservice is changed. */
  standing(uid: string, generation: number): string | undefined {
    const known = this.#losses.get(uid);
    if (known === undefined) return undefined;
    const recent = known.times.filter((time) => time > this.#clock.now() - withinMs);
    return recent.length >= patience && known.generation === generation ? known.by : undefined;
  }

  /** Looks at the workload itself: marks that were put on are missing in the cache. */
  async lost(
    uid: string,
    generation: number,
    workload: Workload,
    microservice: string,
    signal: AbortSignal,
  ): Promise<Loss> {
    const type = workloadTypes[workload.kind as WorkloadKind] as ResourceType<Workload & KubeObject>;
    const { namespace, name } = workload.metadata;
    const live = await this.#client.find(type, { namespace, name }, { signal });
    if (live === undefined || marksOf(live)?.microservice === microservice) return { state: 'present' };
    const before = this.#losses.get(uid);
    const kept = before?.generation === generation ? before.times : [];
    const times = [...kept.filter((time) => time > this.#clock.now() - withinMs), this.#clock.now()];
    const by = lastWriter(live);
    this.#losses.set(uid, { times, by, generation });
    return times.length >= patience ? { state: 'contested', by } : { state: 'lost' };
  }

  forget(uid: string): void {
    this.#losses.delete(uid);
  }
}

/** Who wrote the workload last, as far as its managed fields tell: a writer that only removes leaves no trace there. */
function lastWriter({ metadata }: Workload): string {
  const others = (metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => subresource === undefined && manager !== fieldManager,
  );
  const newest = others.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0];
  return newest?.manager ?? 'unknown';
}
