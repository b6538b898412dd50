import type { Broker } from '../../api/generated/broker.ts';
import type { LogSink } from '../../api/generated/logSink.ts';
import type { Microservice } from '../../api/generated/microservice.ts';
import { apiVersion } from '../../api/meta.ts';
import type { Plan } from '../plan.ts';
import type { Resolution } from '../resolve.ts';
import { resolve } from '../resolve.ts';
import { readSettings } from '../settings.ts';
import type { World } from '../world.ts';

/** Builders for tests: the smallest valid object, with whatever a test is about on top. */

/** The Microservice `orders` of the namespace `shop`. */
export function microservice(
  spec: Partial<Microservice['spec']> = {},
  metadata: Partial<Microservice['metadata']> = {},
): Microservice {
  return {
    apiVersion,
    kind: 'Microservice',
    metadata: { name: 'orders', namespace: 'shop', uid: 'uid-orders', ...metadata },
    spec: {
      metrics: { inbound: 'auto', forwardedFor: false, maxSeries: 2000, expose: 'annotations' },
      rollout: { restart: 'auto', onCredentials: 'reload' },
      ...spec,
    },
  };
}

/** A binding that is delivered as files. */
export function binding(
  fields: Partial<NonNullable<Microservice['spec']['bindings']>[number]>,
): NonNullable<Microservice['spec']['bindings']>[number] {
  return { name: 'db', as: ['files'], ...fields };
}

/** The spec.logging of a Microservice. */
export function logging(
  fields: Partial<NonNullable<Microservice['spec']['logging']>> = {},
): NonNullable<Microservice['spec']['logging']> {
  return { source: 'auto', format: 'auto', multiline: 'none', drain: { timeout: '10s' }, ...fields };
}

/** The Broker `main` with a shared login, which lets every namespace do everything. */
export function broker(spec: Partial<Broker['spec']> = {}, name = 'main'): Broker {
  return {
    apiVersion,
    kind: 'Broker',
    metadata: { name, uid: `uid-${name}` },
    spec: {
      kafka: { bootstrap: ['b1.example.com:9096'], security: 'sasl_ssl', mechanisms: ['scram-sha-512'] },
      principals: { mode: 'shared', shared: { secretName: 'main-login' } },
      access: [{ namespaces: {}, topics: ['*'], allow: ['publish', 'subscribe'] }],
      ...spec,
    },
  };
}

/** The default LogSink `central`, an HTTP server. */
export function logSink(spec: Partial<LogSink['spec']> = {}, name = 'central'): LogSink {
  return {
    apiVersion,
    kind: 'LogSink',
    metadata: { name, uid: `uid-${name}` },
    spec: {
      default: true,
      type: 'http',
      http: { host: 'logs.example.com', path: '/ingest', compress: 'gzip' },
      namespaces: {},
      buffer: { size: '64Mi', whenFull: 'block' },
      ...spec,
    },
  };
}

/** A world around a Microservice, with nothing else in it. */
export function world(fields: Partial<World> = {}): World {
  return {
    microservice: microservice(),
    brokers: [],
    sinks: [],
    peers: [],
    services: null,
    policies: [],
    namedPorts: true,
    namespace: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } },
    settings: readSettings({ image: 'example.org/sidecar:1' }),
    ...fields,
  };
}

/** What a world without contradictions comes to. @throws Error that lists the contradictions */
export function resolution(fields: Partial<World> = {}): Resolution {
  const resolved = resolve(world(fields));
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems));
  return resolved.resolution;
}

/** The resources that the test's Plans ask for. */
export const resources: Plan['metrics']['resources'] = { requests: { cpu: '10m' }, limits: { memory: '64Mi' } };

/** A Plan of the Microservice `orders` that adds the metrics sidecar and nothing else. */
export function plan(fields: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    microservice: 'orders',
    namespace: 'shop',
    containers: [],
    ports: [],
    bindings: [],
    sidecar: {
      image: 'example.org/sidecar:1',
      imagePullPolicy: 'IfNotPresent',
      imagePullSecrets: [],
      runAsUser: 10_001,
    },
    metrics: { inbound: 'rebind', expose: 'none', scrapeDeclared: false, resources },
    logs: null,
    ...fields,
  };
}
