import { microservice, workload } from '../api/workloads.ts';

/** One step in the life of a Microservice: what a user does, as a change of the cluster. */
export interface Phase {
  readonly name: string;
  /** The spec to apply; null deletes the Microservice. */
  readonly spec: object | null;
}

export const lifeName = 'life';

const bindings = [{ name: 'events', brokerName: 'main', as: ['files'] }];
const ports = [{ name: 'http', port: 8080 }];

/** From nothing to nothing, through every kind of write that the controller makes. */
export const life: readonly Phase[] = [
  { name: 'create', spec: { workload: { name: 'first' }, bindings, logging: {} } },
  // What sidecars reload by themselves: no pod may be replaced for it.
  { name: 'change', spec: { workload: { name: 'first' }, bindings, logging: {}, metrics: { maxSeries: 1234 } } },
  { name: 'roll', spec: { workload: { name: 'first' }, bindings, ports, logging: {} } },
  { name: 'take back', spec: { workload: { name: 'second' }, ports, logging: {} } },
  { name: 'delete', spec: null },
];

/**
 * The workloads of a life. No kubelet runs their pods, so they never get ready; that is why all may be unavailable, or a
 * rollout would wait for ever.
 */
export const workloads = ['first', 'second'].map((name) => {
  const object = workload('Deployment', name) as { readonly spec: object };
  const strategy = { rollingUpdate: { maxUnavailable: '100%' } };
  return { ...object, spec: { ...object.spec, replicas: 2, strategy } };
});

/** The object that a phase applies. */
export function declared({ spec }: Phase): object {
  return microservice(lifeName, spec ?? {});
}
