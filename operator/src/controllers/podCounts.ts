import type { Microservice } from '../api/generated/microservice.ts';

const states = ['injected', 'stale', 'missing', 'skipped'] as const;

/** Pods of one namespace in one state of `status.pods`. */
export interface PodCount {
  readonly microservice_namespace: string;
  readonly state: (typeof states)[number];
  readonly count: number;
}

/** Adds up by namespace what the statuses of Microservices say of their pods. */
export function countPods(microservices: readonly Microservice[]): readonly PodCount[] {
  const sums = new Map<string, Record<PodCount['state'], number>>();
  for (const { metadata, status } of microservices) {
    const namespace = metadata.namespace ?? '';
    const sum = sums.get(namespace) ?? { injected: 0, stale: 0, missing: 0, skipped: 0 };
    const { injected = 0, stale = 0, missing = 0, skipped } = status?.pods ?? {};
    sum.injected += injected;
    sum.stale += stale;
    sum.missing += missing;
    sum.skipped += skipped?.count ?? 0;
    sums.set(namespace, sum);
  }
  return [...sums].flatMap(([namespace, sum]) =>
    states.map((state) => ({ microservice_namespace: namespace, state, count: sum[state] })),
  );
}
