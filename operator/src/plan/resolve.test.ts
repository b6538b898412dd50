import { describe, expect, test } from 'vitest';
import { problemText } from './problem.ts';
import { resolve } from './resolve.ts';
import { readSettings } from './settings.ts';
import { binding, broker, logging, logSink, microservice, resolution, world } from './testing/builders.ts';

test('an empty Microservice comes to the metrics sidecar and nothing else', () => {
  expect(resolve(world())).toEqual({
    resolution: {
      plan: {
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
        metrics: {
          inbound: 'rebind',
          expose: 'annotations',
          scrapeDeclared: false,
          resources: readSettings(undefined).metrics.resources,
        },
        logs: null,
      },
      metricsConfig: { generation: expect.any(String), maxSeries: 2000, scrape: [], scrapeTimeoutMs: 2000 },
      logsConfig: null,
      bindingEntries: {},
      recipes: [],
      logsReason: 'LogsOff',
      podMonitor: null,
      bypasses: [],
      unbuilt: [],
    },
  });
});

const whole = microservice({
  workload: { kind: 'Deployment', containers: ['app'] },
  ports: [
    { name: 'http', port: 8080, protocol: 'http', env: 'PORT', container: 'app' },
    { name: 'admin', port: 9090, protocol: 'tcp' },
  ],
  bindings: [
    binding({ name: 'events', brokerName: 'main' }),
    binding({ name: 'db', secretName: 'orders-db', type: 'postgresql', provider: 'aws' }),
    binding({ name: 'cache', service: { apiVersion: 'example.com/v1', kind: 'Redis', name: 'r1' } }),
  ],
  publishes: [{ topic: 'orders.created' }],
  logging: logging(),
});
const around = { brokers: [broker()], sinks: [logSink()] };

test('a whole Microservice comes to all of it', () => {
  const resolved = resolution({ microservice: whole, ...around });
  expect(resolved).toMatchObject({
    plan: {
      containers: ['app'],
      ports: [
        { name: 'http', port: 8080, protocol: 'http', env: 'PORT', container: 'app' },
        { name: 'admin', port: 9090, protocol: 'tcp' },
      ],
      bindings: [
        { name: 'events', secretName: 'standpipe.orders.events', entries: [] },
        { name: 'db', secretName: 'orders-db', entries: ['type', 'provider'] },
      ],
      logs: { source: 'stdout' },
    },
    bindingEntries: { 'binding.db.type': 'postgresql', 'binding.db.provider': 'aws' },
    recipes: [{ binding: 'events', kafka: { broker: 'main' } }],
    logsReason: 'LogsReady',
    unbuilt: ['spec.bindings[2].service'],
  });
  expect(Object.keys(resolved.plan.ports[1] ?? {})).toEqual(['name', 'port', 'protocol']);
});

test('equal worlds come to equal results, and nothing of a world is changed', () => {
  const given = world({ microservice: whole, ...around });
  const before = structuredClone(given);
  expect(resolve(given)).toEqual(resolve(structuredClone(given)));
  expect(given).toEqual(before);
});

test('a change that a running pod can take up leaves the Plan as it is', () => {
  const { spec } = whole;
  const metrics = { ...spec.metrics, maxSeries: 100 };
  const changed = microservice({ ...spec, metrics, logging: logging({ format: 'text' }) });
  expect(resolution({ microservice: changed, ...around }).plan).toEqual(
    resolution({ microservice: whole, ...around }).plan,
  );
});

describe('contradictions', () => {
  test('are all found, those of bindings first', () => {
    const spec = {
      bindings: [
        binding({ name: 'a', brokerName: 'nowhere' }),
        binding({ name: 'b', microservice: { name: 'nobody' } }),
      ],
      logging: logging({ sinkName: 'nil' }),
    };
    const resolved = resolve(world({ microservice: microservice(spec) }));
    if (!('problems' in resolved)) throw new Error('resolved');
    expect(resolved.problems.map(problemText)).toEqual([
      'spec.bindings[0].brokerName: there is no Broker nowhere: name one that the platform team has set up',
      'spec.bindings[1].microservice.name: there is no Microservice nobody in namespace shop: create it, or correct the name',
      'spec.logging.sinkName: there is no LogSink nil: name one that the platform team has set up',
    ]);
  });

  const strict = broker({ access: [{ namespaces: {}, topics: ['other'], allow: ['publish'] }] });
  const open = broker({}, 'open');

  test.each([
    ['the only binding to a Broker', { publishes: [{ topic: 't' }] }, ['TopicNotGranted']],
    ['the binding that is named', { publishes: [{ topic: 't', binding: 'second' }] }, []],
  ])('with topics are looked for at the Broker of %s', (_, spec, reasons) => {
    const bindings = [
      binding({ name: 'first', brokerName: 'main' }),
      binding({ name: 'second', brokerName: 'open' }),
      binding({ name: 'third', secretName: 's' }),
    ];
    const resolved = resolve(world({ microservice: microservice({ bindings, ...spec }), brokers: [strict, open] }));
    expect('problems' in resolved ? resolved.problems.map(({ reason }) => reason) : []).toEqual(reasons);
  });
});
