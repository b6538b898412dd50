import type { Created } from '../../operator/src/kube/calls.ts';
import type { KubeObject } from '../../operator/src/kube/wire.ts';

/** How many Microservices share a namespace, as the services of one team do. */
export const perNamespace = 20;

/** How many pods each Microservice has. */
export const podsEach = 3;

/** Where the Microservice of a number is: all names are of one length, so none is within another. */
export function placeOf(index: number): { readonly namespace: string; readonly name: string } {
  const namespace = `bench-${String(Math.floor(index / perNamespace)).padStart(4, '0')}`;
  return { namespace, name: `service-${String(index).padStart(5, '0')}` };
}

/** The four shapes that Microservices take in turn, from the smallest to one with a Secret of a broker. */
export const shapes: readonly ((index: number) => object)[] = [
  () => ({ ports: [{ name: 'http', port: 8080, env: 'PORT' }], logging: { source: 'stdout' } }),
  () => ({
    ports: [{ name: 'http', port: 8080, env: 'PORT' }],
    logging: { source: 'files', files: ['/var/log/app/*.log'] },
    metrics: { scrape: [{ port: 'http', path: '/metrics' }] },
  }),
  () => ({
    ports: [{ name: 'http', port: 8080, env: 'PORT' }],
    bindings: [{ name: 'events', brokerName: 'main' }],
    publishes: [{ topic: 'orders.created' }],
    logging: { source: 'stdout' },
  }),
  // It calls the first of its namespace.
  (index) => ({
    ports: [{ name: 'http', port: 8080, env: 'PORT' }],
    bindings: [{ name: 'callee', microservice: { name: placeOf(index - (index % perNamespace)).name } }],
  }),
];

/** The Microservice of a number. */
export function microserviceOf(index: number): Created<KubeObject> {
  const spec = shapes[index % shapes.length]?.(index) ?? {};
  return { metadata: placeOf(index), spec } as Created<KubeObject>;
}

/** Its Service. It selects no pods, so the cluster's own controllers make nothing of it. */
export function serviceOf(index: number): Created<KubeObject> {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  return { metadata: placeOf(index), spec: { clusterIP: 'None', ports } } as Created<KubeObject>;
}

/** Its Deployment, which is paused: pods come when the bench says so. */
export function deploymentOf(index: number): Created<KubeObject> {
  const { namespace, name } = placeOf(index);
  const labels = { app: name, 'app.kubernetes.io/part-of': namespace };
  const template = { metadata: { labels }, spec: podSpec() };
  const spec = { replicas: podsEach, paused: true, selector: { matchLabels: { app: name } }, template };
  return { metadata: { namespace, name, labels, annotations }, spec } as Created<KubeObject>;
}

/** As `kubectl apply` leaves it behind: a second copy of the manifest in every object. */
const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: podSpec() }) };

function podSpec(): object {
  const settings = Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `the value of setting ${i}` }));
  const container = {
    name: 'app',
    image: 'registry.example/shop/app:1.2.3',
    env: [...settings, { name: 'PORT', value: '8080' }],
    ports: [{ name: 'http', containerPort: 8080 }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
  };
  return { containers: [container] };
}
