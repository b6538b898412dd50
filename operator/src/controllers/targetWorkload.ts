import type { Microservice } from '../api/generated/microservice.ts';
import type { Problem } from '../plan/problem.ts';
import { type ControllerCache, workloadKey } from './cache.ts';
import type { Workload } from './types.ts';

type Claims = Pick<ControllerCache, 'workloads' | 'microservices'>;

/** The workload that a Microservice names: undefined for `kind: None`, a problem where it cannot have it. */
export function findTarget(cache: Claims, microservice: Microservice): Workload | undefined | Problem {
  const { kind = 'Deployment', name = microservice.metadata.name } = microservice.spec.workload ?? {};
  if (kind === 'None') return undefined;
  const namespace = microservice.metadata.namespace ?? '';
  const workload = cache.workloads[kind].get({ namespace, name });
  const field = 'spec.workload';
  if (workload === undefined || workload.metadata.deletionTimestamp !== undefined) {
    const message = `there is no ${kind} ${name} in namespace ${namespace}: create it, or name another in spec.workload`;
    return { field, reason: 'WorkloadNotFound', message };
  }
  const holder = firstClaim(cache.microservices.byIndex('workload', workloadKey(microservice)));
  if (holder !== undefined && holder.metadata.uid !== microservice.metadata.uid) {
    const message = `${kind} ${name} belongs to the older Microservice ${holder.metadata.name}: delete one of the two, or change its workload`;
    return { field, reason: 'WorkloadTaken', message };
  }
  return workload;
}

/** The oldest claim wins; the name decides between claims of the same second. */
function firstClaim(claims: readonly Microservice[]): Microservice | undefined {
  const order = ({ metadata }: Microservice) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  const alive = claims.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return alive.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))[0];
}
