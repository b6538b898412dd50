import fc from 'fast-check';
import type { Plan } from '../plan/plan.ts';
import type { PodTemplate } from './template.ts';

/** Random pods and Plans for property tests. */

const name = fc.constantFrom('app', 'web', 'worker', 'istio-proxy', 'side', 'db-migrate', 'x1', 'x2');
const port = fc.constantFrom(80, 3000, 8080, 9090, 9470, 18080, 65_000);
const portReference = fc.oneof(port, fc.constantFrom('http', 'admin', '8080'));

const env = fc.oneof(
  fc.record({
    name: fc.constantFrom('PORT', 'A', 'B', 'DB_HOST'),
    value: fc.constantFrom('8080', '3000', '', '$(PORT)'),
  }),
  fc.record({ name: fc.constant('SERVICE_BINDING_ROOT'), value: fc.constantFrom('/bindings', '/run/b/', 'relative') }),
  fc.record({
    name: fc.constantFrom('PORT', 'SECRET'),
    valueFrom: fc.constant({ secretKeyRef: { name: 's', key: 'k' } }),
  }),
);

const probe = fc.oneof(
  fc.record({ httpGet: fc.record({ path: fc.constant('/'), port: portReference }) }),
  fc.record({ tcpSocket: fc.record({ port: portReference }) }),
  fc.record({ grpc: fc.record({ port }) }),
  fc.record({ exec: fc.record({ command: fc.constant(['true']) }) }),
);

const mount = fc.record({
  name: fc.constantFrom('data', 'logs'),
  mountPath: fc.constantFrom('/data', '/var/log/app', '/bindings/db'),
});

const container = (id: fc.Arbitrary<string>) =>
  fc.record(
    {
      name: id,
      image: fc.constant('example.org/app:1'),
      env: fc.array(env, { maxLength: 4 }),
      ports: fc.uniqueArray(fc.record({ name: fc.constantFrom('http', 'admin'), containerPort: port }), {
        maxLength: 2,
        selector: (entry) => entry.name,
      }),
      args: fc.constantFrom(['--listen', '$(PORT)'], []),
      livenessProbe: probe,
      readinessProbe: probe,
      startupProbe: probe,
      volumeMounts: fc.array(mount, { maxLength: 2 }),
    },
    { requiredKeys: ['name', 'image'] },
  );

const annotations = fc.dictionary(
  fc.constantFrom(
    'prometheus.io/scrape',
    'prometheus.io/port',
    'prometheus.io/scheme',
    'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes',
    'standpipe.dev/inject',
    'standpipe.dev/injected',
    'sidecar.istio.io/status',
  ),
  fc.constantFrom('true', 'false', '9090', 'data,logs', '{}', 'https'),
);

/** A pod with the label of the Microservice `orders`, with every part that injection could meet, or without it. */
export const anyPod: fc.Arbitrary<PodTemplate> = fc
  .uniqueArray(name, { minLength: 1, maxLength: 5 })
  .chain((names) => fc.tuple(fc.constant(names), fc.integer({ min: 1, max: names.length })))
  .chain(([names, split]) =>
    fc.record({
      metadata: fc.record(
        { labels: fc.constant({ 'standpipe.dev/microservice': 'orders' }), annotations },
        { requiredKeys: ['labels'] },
      ),
      spec: fc.record(
        {
          containers: fc.tuple(...names.slice(0, split).map((id) => container(fc.constant(id)))),
          initContainers: fc.tuple(...names.slice(split).map((id) => container(fc.constant(id)))),
          volumes: fc.constantFrom([], [{ name: 'data', emptyDir: {} }], [{ name: 'standpipe-config', emptyDir: {} }]),
          imagePullSecrets: fc.constantFrom([], [{ name: 'mine' }], [{ name: 'registry' }]),
          terminationGracePeriodSeconds: fc.constantFrom(0, 5, 30, 600),
          hostNetwork: fc.boolean(),
        },
        { requiredKeys: ['containers'] },
      ),
    }),
  ) as unknown as fc.Arbitrary<PodTemplate>;

const resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '96Mi' } };

/** A Plan of the Microservice `orders`. */
export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  format: fc.constant(1 as const),
  microservice: fc.constant('orders'),
  namespace: fc.constant('shop'),
  containers: fc.constantFrom([], ['app'], ['web', 'app']),
  ports: fc.constantFrom<Plan['ports']>(
    [],
    [{ name: 'http', port: 8080, protocol: 'http' }],
    [{ name: 'http', port: 8080, protocol: 'http', env: 'PORT' }],
    [{ name: 'http', port: 3000, protocol: 'http', env: 'HTTP_PORT', container: 'app' }],
    [
      { name: 'http', port: 8080, protocol: 'http' },
      { name: 'admin', port: 80, protocol: 'tcp' },
    ],
  ),
  bindings: fc.constantFrom<Plan['bindings']>(
    [],
    [{ name: 'db', secretName: 'orders-db', entries: ['type'], files: true, env: [] }],
    [{ name: 'e', secretName: 's', entries: [], files: true, env: [{ name: 'E_HOST', key: 'host', optional: true }] }],
  ),
  sidecar: fc.record({
    image: fc.constant('example.org/sidecar:1'),
    imagePullPolicy: fc.constant('IfNotPresent' as const),
    imagePullSecrets: fc.constantFrom([], ['registry']),
    runAsUser: fc.constantFrom(10_001, null),
  }),
  metrics: fc.record({
    inbound: fc.constantFrom('rebind' as const, 'named' as const, 'redirect' as const, 'off' as const),
    redirectImage: fc.constant('example.org/nft:1'),
    expose: fc.constantFrom('annotations' as const, 'podMonitor' as const, 'none' as const),
    scrapeDeclared: fc.boolean(),
    resources: fc.constant(resources),
  }),
  logs: fc.constantFrom<Plan['logs']>(
    null,
    { source: 'stdout', directories: [], drainSeconds: 10, stateBytes: 1 << 26, resources },
    {
      source: 'files',
      directories: ['/var/log/app', '/var/log/other'],
      drainSeconds: 5,
      stateBytes: 1 << 26,
      resources,
    },
  ),
});
