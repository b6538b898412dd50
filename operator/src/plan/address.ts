import type { Microservice } from '../api/generated/microservice.ts';
import type { Problem } from './problem.ts';
import type { World } from './world.ts';

/** Where callers reach a port of a Microservice. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'grpc' | 'tcp';
}

interface Reference {
  readonly name: string;
  readonly port?: string | undefined;
}

type Port = NonNullable<Microservice['spec']['ports']>[number];

/** The address of another Microservice of the namespace, through its Service. */
export function microserviceAddress(world: World, reference: Reference, field: string): Address | Problem {
  const peer = world.peers.find((candidate) => candidate.metadata.name === reference.name);
  const missing = `there is no Microservice ${reference.name} in namespace ${world.namespace.name}: create it, or correct the name`;
  if (peer === undefined) return { field: `${field}.name`, reason: 'MicroserviceNotFound', message: missing };
  const port = choosePort(peer, reference.port);
  if (port === undefined) {
    const names = (peer.spec.ports ?? []).map(({ name }) => name).join(', ');
    const message =
      names === ''
        ? `Microservice ${reference.name} declares no port: add it to its spec.ports`
        : `set the port to one that Microservice ${reference.name} declares: ${names}`;
    return { field: `${field}.port`, reason: 'PortNotFound', message };
  }
  const service = peer.spec.service ?? reference.name;
  const number = servicePort(world, service, port);
  if (number === null) {
    const message = `Service ${service} of Microservice ${reference.name} does not exist or has no port that leads to ${port.port}: create it, correct its targetPort, or name another in the spec.service of that Microservice`;
    return { field, reason: 'ServiceNotFound', message };
  }
  return { host: `${service}.${world.namespace.name}.svc`, port: number, scheme: port.protocol ?? 'http' };
}

/** The named port; without a name the only one, or the one that is called http. */
function choosePort(peer: Microservice, name: string | undefined): Port | undefined {
  const ports = peer.spec.ports ?? [];
  if (name === undefined && ports.length === 1) return ports[0];
  return ports.find((port) => port.name === (name ?? 'http'));
}

/**
 * The number under which the Service offers a port: callers dial the Service, whose own number may be another one than
 * the pod's. A Service port leads to the pod's port by number, by equal names, or because it is the only one.
 */
function servicePort(world: World, name: string, port: Port): number | null {
  if (world.services === null) return port.port;
  const ports = world.services.find((service) => service.name === name)?.ports ?? [];
  const found =
    ports.find((candidate) => (candidate.targetPort ?? candidate.port) === port.port) ??
    ports.find((candidate) => candidate.targetPort === port.name || candidate.name === port.name) ??
    (ports.length === 1 ? ports[0] : undefined);
  return found?.port ?? null;
}
