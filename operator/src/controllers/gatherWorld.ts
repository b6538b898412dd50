import type { Microservice } from '../api/generated/microservice.ts';
import type { NetworkPolicy, Service } from '../kube/builtin.ts';
import type { Settings } from '../plan/settings.ts';
import type { PolicyView, ServiceView, World } from '../plan/world.ts';
import type { ControllerCache } from './cache.ts';

type Sources = Pick<
  ControllerCache,
  'brokers' | 'sinks' | 'microservices' | 'services' | 'networkPolicies' | 'namespaces'
>;

/**
 * Gathers from the caches what `resolve` reads. The only place where a Plan's inputs are looked up.
 * @param namedPorts whether the cluster's Services find named ports of sidecars
 */
export function gatherWorld(
  cache: Sources,
  settings: Settings,
  microservice: Microservice,
  namedPorts: boolean,
): World {
  const namespace = microservice.metadata.namespace ?? '';
  return {
    microservice,
    brokers: cache.brokers.list().filter(isKept),
    sinks: cache.sinks.list().filter(isKept),
    // Most Microservices need none of these, and namespaces can hold thousands.
    get peers() {
      return cache.microservices.list(namespace).filter(isKept);
    },
    get services() {
      return cache.services.list(namespace).map(serviceView);
    },
    get policies() {
      return cache.networkPolicies.list(namespace).map(policyView);
    },
    namedPorts,
    namespace: { name: namespace, labels: cache.namespaces.get({ name: namespace })?.metadata.labels ?? {} },
    settings,
  };
}

function isKept({ metadata }: { readonly metadata: { readonly deletionTimestamp?: string | undefined } }): boolean {
  return metadata.deletionTimestamp === undefined;
}

function serviceView({ metadata, spec }: Service): ServiceView {
  const ports = (spec?.ports ?? []).map(({ name, port, targetPort }) => ({
    name,
    port,
    targetPort: targetPort as number | string | undefined,
  }));
  return { name: metadata.name, ports };
}

/** The incoming ports that a policy names by number; a rule without ports allows them all. */
function policyView({ metadata, spec }: NetworkPolicy): PolicyView {
  const ports = (spec?.ingress ?? []).flatMap(({ ports = [] }) => ports);
  const ingress = ports.flatMap(({ port, endPort }) => {
    const from: unknown = port;
    return typeof from === 'number' ? [{ from, to: endPort ?? from }] : [];
  });
  return { name: metadata.name, ingress };
}
