import fc from 'fast-check';
import type { Schema } from '../../operator/src/api/structural.ts';
import type { Json } from './schemaPlaces.ts';
import { spoiled, spoiling } from './spoiled.ts';

type Fields = { readonly [name: string]: Json };

/** Nothing, or one of some values, or rarely one that does not fit the world. */
function maybe(good: readonly Json[], bad: readonly Json[] = []): fc.Arbitrary<Json | undefined> {
  const nothing: fc.Arbitrary<Json | undefined> = fc.constant(undefined);
  const wrong: fc.Arbitrary<Json | undefined> = bad.length === 0 ? nothing : fc.constantFrom(...bad);
  return fc.oneof(
    { weight: 10, arbitrary: nothing },
    { weight: 10, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: wrong },
  );
}

const http = { name: 'http', port: 8080 };
const admin = { name: 'admin', port: 9090, protocol: 'tcp', container: 'worker' };

const logSources: readonly Json[] = [
  ...[{}, { source: 'none' }, { source: 'stdout', format: 'json' }, { sinkName: 'central' }],
  ...[{ files: ['/var/log/app/*.log'] }, { files: ['/logs/a.log', '/logs/b/c.log'], drain: { timeout: '90s' } }],
  { format: 'text', multiline: 'java', redact: { fields: ['a.b'], patterns: ['[0-9]{4}'] } },
];

const resources: readonly Json[] = [
  { metrics: { resources: { requests: { cpu: '5m' }, limits: { memory: '256Mi' } } } },
  { logs: { resources: { requests: { cpu: 1, memory: 67_108_864 } } } },
];

/** Bindings whose names differ. */
const bindings = fc
  .record({
    events: maybe([{ brokerName: 'main' }, { brokerName: 'main', as: ['files', 'env'] }], [{ brokerName: 'missing' }]),
    db: maybe([{ secretName: 'db' }, { secretName: 'db', type: 'mysql', as: ['env'] }], [{ secretName: 'missing' }]),
    callee: maybe(
      [
        { microservice: { name: 'neighbour' } },
        { microservice: { name: 'neighbour', port: 'http' }, as: ['env', 'files'] },
      ],
      [{ microservice: { name: 'missing' } }],
    ),
    cache: maybe([{ service: { apiVersion: 'example.com/v1', kind: 'Redis', name: 'r1' } }]),
  })
  .map((all) =>
    Object.entries(all).flatMap(([name, binding]) => (binding === undefined ? [] : [{ name, ...(binding as Fields) }])),
  );

/** Specs that teams might write: most are taken, and many fit the world that they are applied to. */
const written: fc.Arbitrary<Fields> = fc
  .record({
    workload: maybe(
      [{ name: 'other' }, { kind: 'StatefulSet' }, { kind: 'CronJob' }, { kind: 'None' }, { containers: ['app'] }],
      [{ name: 'neighbour' }, { name: 'missing' }, { containers: ['missing'] }, { kind: 'DaemonSet' }],
    ),
    service: maybe(['subject', 'missing']),
    ports: maybe(
      [
        ...[[http], [{ ...http, env: 'PORT' }], [{ ...http, env: 'OTHER' }], [{ ...http, container: 'app' }, admin]],
        ...[[], [{ ...http, protocol: 'grpc' }]],
      ],
      [[{ name: 'http', port: 9999 }]],
    ),
    bindings,
    publishes: maybe(
      [[{ topic: 'orders.created' }], [{ topic: 'orders.x', binding: 'events' }]],
      [[{ topic: 'secret' }]],
    ),
    subscribes: maybe([[{ topic: 'orders.y' }], [{ topic: 'orders.y', group: 'g', start: 'latest' }]]),
    logging: maybe(logSources, [{ sinkName: 'missing' }]),
    metrics: maybe([
      ...[{ inbound: 'none' }, { inbound: 'rebind' }, { inbound: 'redirect' }, { maxSeries: 100 }, { expose: 'none' }],
      ...[{ forwardedFor: true }, { forwardedFor: true, inbound: 'none' }],
      ...[{ scrape: [{ port: 'http' }] }, { scrape: [{ port: 'http', path: '/m' }], maxSeries: 300 }],
    ]),
    sidecars: maybe(resources, [{ metrics: { resources: { requests: { memory: '1Gi' } } } }]),
    rollout: maybe([{ onCredentials: 'restart' }], [{ restart: 'manual' }]),
  })
  .map((fields) => consistent(withoutUndefined(fields)));

/** Without what the rules of the definition forbid: topics need a broker's binding, pages need their port. */
function consistent({ publishes, subscribes, metrics, ...fields }: Fields): Fields {
  const text = JSON.stringify(fields);
  const { scrape, ...rest } = (metrics ?? {}) as Fields;
  const hasPage = scrape !== undefined && /"name":"http","port":8080(,"(env|container)":"\w+")?}/.test(text);
  return {
    ...fields,
    ...(text.includes('"brokerName"') ? withoutUndefined({ publishes, subscribes }) : {}),
    ...(metrics === undefined ? {} : { metrics: { ...rest, ...(hasPage ? { scrape } : {}) } }),
  };
}

function withoutUndefined(fields: { readonly [name: string]: Json | undefined }): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** A spec in which every part of the definition is used, so that what is spoiled deep in it stands in good company. */
const whole: Fields = {
  workload: { kind: 'Deployment', name: 'subject', containers: ['app', 'worker'] },
  service: 'subject',
  ports: [{ ...http, env: 'PORT', container: 'app' }, admin],
  bindings: [
    { name: 'events', brokerName: 'main', as: ['files', 'env'] },
    { name: 'db', secretName: 'db', type: 'mysql', provider: 'oracle' },
    { name: 'callee', microservice: { name: 'neighbour', port: 'http' } },
  ],
  publishes: [{ topic: 'orders.created', binding: 'events' }],
  subscribes: [
    {
      ...{ topic: 'orders.y', group: 'g', start: 'latest' },
      deliver: { port: 'http', path: '/events', timeout: '5s', deadLetter: { topic: 'orders.dlq' } },
    },
  ],
  logging: {
    ...{ source: 'files', files: ['/var/log/app/*.log'], format: 'text', multiline: 'java', sinkName: 'central' },
    ...{ redact: { fields: ['a.b'], patterns: ['[0-9]{4}'] }, drain: { timeout: '20s' } },
  },
  metrics: {
    scrape: [{ port: 'http', path: '/m' }],
    routes: ['/users/{user}'],
    maxSeries: 500,
    forwardedFor: true,
    expose: 'annotations',
  },
  sidecars: { logs: { resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '128Mi' } } } },
  rollout: { restart: 'auto', onCredentials: 'reload' },
};

/** A spec of any kind: as a team would write it, or spoiled at one to three places of the schema. */
export function anySpec(schema: Schema): fc.Arbitrary<Json | undefined> {
  const changes = fc.array(spoiling(schema), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 5, arbitrary: written },
    { weight: 2, arbitrary: fc.tuple(written, changes).map(([spec, all]) => spoiled(spec, all)) },
    { weight: 3, arbitrary: changes.map((all) => spoiled(whole, all)) },
  );
}
