import { container, microservice, service, workload } from '../api/workloads.ts';
import { apply, newNamespace } from '../e2e/kubectl.ts';

/** The Microservice that is declared over and over. */
export const subject = 'subject';
/** One that nothing may happen to: it is older, and the subject may name it and even its workload. */
export const neighbour = 'neighbour';
/** One that changes all the time, to see how soon the controller follows. */
export const pulse = 'pulse';

const worker = { ...container, name: 'worker', env: [], ports: [{ containerPort: 9090, name: 'admin' }] };

/** What specs may name: workloads without pods, so that a state is reached as soon as everything is written. */
const workloads = [
  ...(['subject', 'other', 'neighbour', 'pulse'] as const).map((name) => idle('Deployment', name)),
  idle('StatefulSet', subject),
  workload('CronJob', subject),
];

function idle(kind: 'Deployment' | 'StatefulSet', name: string): object {
  const object = workload(kind, name, { containers: [container, { ...worker, livenessProbe: undefined }] }) as {
    readonly spec: object;
  };
  return { ...object, spec: { ...object.spec, replicas: 0 } };
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
