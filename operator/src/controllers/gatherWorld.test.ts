import { expect, test } from 'vitest';
import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Namespace, NetworkPolicy, Service } from '../kube/builtin.ts';
import type { KubeObject } from '../kube/wire.ts';
import { readSettings } from '../plan/settings.ts';
import { broker, logSink, microservice } from '../plan/testing/builders.ts';
import { gatherWorld } from './gatherWorld.ts';
import { microserviceStore, storeOf } from './testing/builders.ts';

const going = { deletionTimestamp: '2030-01-01T00:00:00Z' };
const core = (kind: string, name: string, rest: object = {}) =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: kind === 'Namespace' ? undefined : 'shop' },
    ...rest,
  }) as never;

const orders = microservice();
const billing = microservice({}, { name: 'billing', uid: 'b' });
const sources = {
  brokers: storeOf([broker(), { ...broker({}, 'old'), metadata: { name: 'old', ...going } }] as (Broker &
    KubeObject)[]),
  sinks: storeOf([logSink(), { ...logSink({}, 'old'), metadata: { name: 'old', ...going } }] as (LogSink &
    KubeObject)[]),
  microservices: microserviceStore([
    orders,
    billing,
    microservice({}, { name: 'gone', ...going }),
    microservice({}, { name: 'elsewhere', namespace: 'bank' }),
  ]),
  services: storeOf<Service>([
    core('Service', 'orders', { spec: { ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }] } }),
    core('Service', 'external', { spec: { type: 'ExternalName' } }),
    core('Service', 'elsewhere', { metadata: { name: 'elsewhere', namespace: 'bank' } }),
  ]),
  networkPolicies: storeOf<NetworkPolicy>([
    core('NetworkPolicy', 'front', {
      spec: { ingress: [{ ports: [{ port: 8080 }, { port: 'http' }, { port: 9000, endPort: 9100 }] }, { from: [] }] },
    }),
    core('NetworkPolicy', 'out', { spec: { egress: [{ ports: [{ port: 8080 }] }] } }),
    core('NetworkPolicy', 'elsewhere', { metadata: { name: 'elsewhere', namespace: 'bank' } }),
  ]),
  namespaces: storeOf<Namespace>([core('Namespace', 'shop', { metadata: { name: 'shop', labels: { team: 'shop' } } })]),
};
const settings = readSettings(undefined);

test('a world has what is in the namespace and what is for all, without what is being deleted', () => {
  expect(gatherWorld(sources, settings, orders, true)).toEqual({
    microservice: orders,
    brokers: [broker()],
    sinks: [logSink()],
    peers: [orders, billing],
    services: [
      { name: 'orders', ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
      { name: 'external', ports: [] },
    ],
    policies: [
      {
        name: 'front',
        ingress: [
          { from: 8080, to: 8080 },
          { from: 9000, to: 9100 },
        ],
      },
      { name: 'out', ingress: [] },
    ],
    namedPorts: true,
    namespace: { name: 'shop', labels: { team: 'shop' } },
    settings,
  });
});

test('a namespace that is not known yet has no labels', () => {
  const { namespace } = gatherWorld({ ...sources, namespaces: storeOf<Namespace>([]) }, settings, orders, false);
  expect(namespace).toEqual({ name: 'shop', labels: {} });
});
