import { microservice, workload } from '../api/workloads.ts';

/** How a service's workload is run. */
export type ServiceKind = 'Deployment' | 'StatefulSet' | 'None';

/** One service as its team has declared it at the moment: what is churned. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly kind: ServiceKind;
  /** The service of the same namespace that it may call. */
  readonly callee: string;
  /** Whether its Microservice, and its workload, are there. */
  declared: boolean;
  deployed: boolean;
  replicas: number;
  /** Grows with each release of its team's own. */
  release: number;
  optsOut: boolean;
  /** Without it the tap cannot move the app: another Plan. */
  knowsPort: boolean;
  ships: 'none' | 'stdout' | 'files';
  calls: boolean;
  bindsSecret: boolean;
  publishes: boolean;
  /** What sidecars reload: no other Plan. */
  maxSeries: number;
  /** A contradiction that keeps everything as it is. */
  contradiction: 'none' | 'sink' | 'broker' | 'port';
}

/** The Secret that every namespace has for bindings. */
export const userSecret = 'db';

/** The Microservice of a service. */
export function microserviceOf(service: Service): object {
  const { name, kind, callee, contradiction } = service;
  const bindings = [
    { name: 'events', brokerName: contradiction === 'broker' ? 'missing' : 'main' },
    ...(service.calls ? [{ name: 'callee', microservice: { name: callee, port: 'http' } }] : []),
    ...(service.bindsSecret ? [{ name: 'db', secretName: userSecret, type: 'postgresql' }] : []),
  ];
  const port = { name: 'http', port: contradiction === 'port' ? 9999 : 8080 };
  return microservice(name, {
    workload: kind === 'None' ? { kind } : { kind, name },
    ports: [{ ...port, ...(service.knowsPort ? { env: 'PORT' } : {}) }],
    bindings,
    ...(service.publishes ? { publishes: [{ topic: 'orders.created' }] } : {}),
    ...loggingOf(service),
    metrics: { maxSeries: service.maxSeries },
  });
}

function loggingOf({ ships, contradiction }: Service): object {
  const sink = contradiction === 'sink' ? { sinkName: 'missing' } : {};
  if (ships === 'none') return contradiction === 'sink' ? { logging: sink } : {};
  return { logging: ships === 'files' ? { ...sink, files: ['/var/log/app/*.log'] } : sink };
}

/** The workload of a service. */
export function workloadOf({ kind, name, replicas, release, optsOut }: Service): object {
  const object = workload(kind === 'StatefulSet' ? kind : 'Deployment', name) as {
    readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } };
  };
  const { template } = object.spec;
  const annotations = { release: String(release), ...(optsOut ? { 'standpipe.dev/inject': 'false' } : {}) };
  const metadata = { ...template.metadata, annotations };
  return { ...object, spec: { ...object.spec, replicas, template: { ...template, metadata } } };
}
