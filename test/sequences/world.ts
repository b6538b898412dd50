import { microserviceLabel, revisionAnnotation } from '../../operator/src/api/names.ts';
import { container, microservice, service, workload } from '../api/workloads.ts';
import { apply, newNamespace } from '../e2e/kubectl.ts';

/** The Microservice that is declared over and over. */
export const subject = 'subject';
/** One that nothing may happen to: it is older, and the subject may name it and even its workload. */
export const neighbour = 'neighbour';
/** One that changes all the time, to see how soon the controller follows. */
export const pulse = 'pulse';

const { livenessProbe: _probe, ...plain } = container;
const worker = { ...plain, name: 'worker', env: [], ports: [{ containerPort: 9090, name: 'admin' }] };

/** What specs may name: workloads without pods, so that a state is reached as soon as everything is written. */
const workloads = [
  ...(['subject', 'other', 'neighbour', 'pulse'] as const).map((name) => idle('Deployment', name)),
  idle('StatefulSet', subject),
  workload('CronJob', subject),
];

function idle(kind: 'Deployment' | 'StatefulSet', name: string): object {
  const object = workload(kind, name, { containers: [container, worker] }) as {
    readonly spec: object;
  };
  return { ...object, spec: { ...object.spec, replicas: 0 } };
}

/** A pod such as the workloads would make, with the marks that they would carry. */
export function markedPod(namespace: string, revision: string | undefined): object {
  const annotations = revision === undefined ? {} : { [revisionAnnotation]: revision };
  const metadata = { name: 'trial', namespace, labels: { [microserviceLabel]: subject }, annotations };
  return { metadata, spec: { containers: [container, worker] } };
}

/** Makes a namespace with everything in it that specs may name. */
export async function newWorld(): Promise<string> {
  const namespace = await newNamespace('sequence', { team: 'shop' });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    stringData: { type: 'mysql', host: 'db' },
  };
  const neighbours = [
    microservice(neighbour, {
      ports: [{ name: 'http', port: 8080 }],
      bindings: [{ name: 'events', brokerName: 'main' }],
    }),
    microservice(pulse),
  ];
  await apply(namespace, ...workloads, service(subject), service(neighbour), secret, ...neighbours);
  return namespace;
}
