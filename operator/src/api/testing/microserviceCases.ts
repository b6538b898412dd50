import { type Case, caseMaker, long, many, type Spec } from './cases.ts';

const { accepts, rejects, named, whole } = caseMaker('Microservice');

const http = { name: 'http', port: 8080 };
const events = { name: 'events', brokerName: 'main' };

const names: readonly Case[] = [
  named('a name of 63 characters', long(63)),
  named('a name of 64 characters', long(64), ['metadata.name']),
  named('a name that begins with a digit', '3scale'),
  named('a name with a dot', 'orders.v1', ['metadata.name', 'becomes a label value']),
  named('a name that ends with a hyphen', 'orders-', ['metadata.name']),
  whole('an object without a spec', {}),
  whole('an empty spec', { spec: {} }),
  whole('a spec that is null', { spec: null }),
  whole('a spec that is a text', { spec: 'orders' }, ['spec']),
  rejects('a field that does not exist', { port: 8080 }, ['spec.port', 'unknown field']),
  rejects('a nested field that does not exist', { ports: [{ ...http, env_: 'PORT' }] }, ['spec.ports[0].env_']),
  rejects('a field of another object as a path', { bindings: [{ ...events, namespace: 'other' }] }, [
    'spec.bindings[0].namespace',
    'unknown field',
  ]),
];

const workload: readonly Case[] = [
  accepts('a whole workload', { workload: { kind: 'StatefulSet', name: 'orders', containers: ['app', 'worker'] } }),
  accepts('kind None without a name', { workload: { kind: 'None', containers: ['app'] } }),
  rejects('kind None with a name', { workload: { kind: 'None', name: 'orders' } }, [
    'spec.workload',
    'leave workload.name out',
  ]),
  rejects('a kind that has immutable templates', { workload: { kind: 'Job' } }, ['spec.workload.kind']),
  rejects('a workload in another namespace', { workload: { name: 'shop/orders' } }, [
    'spec.workload.name',
    'must be the name of a workload',
  ]),
  rejects('a container with capitals', { workload: { containers: ['App'] } }, [
    'spec.workload.containers[0]',
    'must be the name of a container',
  ]),
  rejects('a container twice', { workload: { containers: ['app', 'app'] } }, ['spec.workload.containers[1]']),
  rejects('an empty list of containers', { workload: { containers: [] } }, ['spec.workload.containers']),
  rejects('33 containers', { workload: { containers: many(33, (i) => `c${i}`) } }, ['spec.workload.containers']),
  accepts('a service', { service: 'orders-internal' }),
  rejects('a service that begins with a digit', { service: '1orders' }, ['spec.service', 'name of a Service']),
  rejects('a service with a namespace', { service: 'orders.shop' }, ['spec.service', 'name of a Service']),
];

const ports: readonly Case[] = [
  accepts('a whole port', { ports: [{ ...http, protocol: 'grpc', env: 'GRPC_PORT', container: 'app' }] }),
  accepts('16 ports', { ports: many(16, (i) => ({ name: `p${i}`, port: 8000 + i })) }),
  rejects('17 ports', { ports: many(17, (i) => ({ name: `p${i}`, port: 8000 + i })) }, ['spec.ports']),
  rejects('a port without a number', { ports: [{ name: 'http' }] }, ['spec.ports[0].port', 'required']),
  rejects('a port without a name', { ports: [{ port: 8080 }] }, ['spec.ports[0].name', 'required']),
  rejects('port 0', { ports: [{ name: 'http', port: 0 }] }, ['spec.ports[0].port']),
  rejects('port 65536', { ports: [{ name: 'http', port: 65536 }] }, ['spec.ports[0].port']),
  rejects('a number in quotes', { ports: [{ name: 'http', port: '8080' }] }, ['spec.ports[0].port']),
  rejects('a broken number', { ports: [{ name: 'http', port: 80.5 }] }, ['spec.ports[0].port']),
  rejects("the metrics sidecar's port", { ports: [{ name: 'http', port: 9470 }] }, [
    'spec.ports[0].port',
    "sidecars' own ports",
  ]),
  accepts("the port after the sidecars'", { ports: [{ name: 'http', port: 9480 }] }),
  rejects('a name of 16 characters', { ports: [{ name: long(16), port: 1 }] }, ['spec.ports[0].name']),
  rejects('a name of digits', { ports: [{ name: '8080', port: 8080 }] }, ['spec.ports[0].name', 'at least one letter']),
  rejects('a name with two hyphens', { ports: [{ name: 'a--b', port: 8080 }] }, ['spec.ports[0].name', 'port name']),
  rejects('two ports of one name', { ports: [http, { name: 'http', port: 8081 }] }, ['spec.ports[1]']),
  rejects('two ports of one number', { ports: [http, { name: 'web', port: 8080 }] }, ['spec.ports', 'the same number']),
  rejects('a protocol that is not known', { ports: [{ ...http, protocol: 'HTTP' }] }, ['spec.ports[0].protocol']),
  rejects('a variable with a hyphen', { ports: [{ ...http, env: 'HTTP-PORT' }] }, [
    'spec.ports[0].env',
    'environment variable',
  ]),
  rejects("a variable of Standpipe's", { ports: [{ ...http, env: 'STANDPIPE_URL' }] }, [
    'spec.ports[0].env',
    'set by Standpipe',
  ]),
  rejects(
    'two ports of one container with one variable',
    {
      ports: [
        { ...http, env: 'PORT' },
        { name: 'web', port: 8081, env: 'PORT' },
      ],
    },
    ['spec.ports', 'from the same variable'],
  ),
  accepts('two containers with a variable of one name', {
    ports: [
      { ...http, env: 'PORT', container: 'app' },
      { name: 'web', port: 8081, env: 'PORT', container: 'web' },
    ],
  }),
  accepts("a port's container among the workload's", {
    workload: { containers: ['app'] },
    ports: [{ ...http, container: 'app' }],
  }),
  rejects(
    "a port's container that is not among the workload's",
    { workload: { containers: ['app'] }, ports: [{ ...http, container: 'web' }] },
    ['spec.ports', 'one of workload.containers'],
  ),
  rejects('a container of a port with capitals', { ports: [{ ...http, container: 'App' }] }, [
    'spec.ports[0].container',
    'must be the name of a container',
  ]),
];

const redis = { apiVersion: 'example.com/v1', kind: 'Redis', name: 'r1' };
const bound = (binding: Spec): Spec => ({ bindings: [{ name: 'b', ...binding }] });

const bindings: readonly Case[] = [
  accepts('a binding of each sort', {
    bindings: [
      events,
      { name: 'billing', microservice: { name: 'billing', port: 'http' } },
      { name: 'db', secretName: 'orders-db', type: 'postgresql', provider: 'bitnami', as: ['files', 'env'] },
      { name: 'cache', service: redis, type: 'redis' },
    ],
  }),
  rejects('a binding of no sort', bound({}), ['spec.bindings[0]', 'exactly one of']),
  rejects('a binding of two sorts', bound({ brokerName: 'main', secretName: 'db' }), [
    'spec.bindings[0]',
    'exactly one of',
  ]),
  rejects('a type for a broker', bound({ brokerName: 'main', type: 'kafka' }), [
    'spec.bindings[0]',
    'type and provider belong to',
  ]),
  rejects('a provider for a microservice', bound({ microservice: { name: 'billing' }, provider: 'us' }), [
    'spec.bindings[0]',
    'type and provider belong to',
  ]),
  accepts('a binding name of 45 characters', { bindings: [{ name: long(45), secretName: 'db' }] }),
  rejects('a binding name of 46 characters', { bindings: [{ name: long(46), secretName: 'db' }] }, [
    'spec.bindings[0].name',
  ]),
  rejects('a binding name with an underscore', { bindings: [{ name: 'my_db', secretName: 'db' }] }, [
    'spec.bindings[0].name',
    'a folder name',
  ]),
  rejects('a binding name that climbs', { bindings: [{ name: '..', secretName: 'db' }] }, ['spec.bindings[0].name']),
  rejects('two bindings of one name', { bindings: [events, { name: 'events', secretName: 'db' }] }, [
    'spec.bindings[1]',
  ]),
  rejects('33 bindings', { bindings: many(33, (i) => ({ name: `b${i}`, secretName: 'db' })) }, ['spec.bindings']),
  rejects('a broker with capitals', bound({ brokerName: 'Main' }), ['spec.bindings[0].brokerName', 'name of a Broker']),
  rejects('a Secret of another namespace', bound({ secretName: 'other/db' }), [
    'spec.bindings[0].secretName',
    'a Secret of this namespace',
  ]),
  rejects('a microservice of another namespace', bound({ microservice: { name: 'billing.other' } }), [
    'spec.bindings[0].microservice.name',
    'a Microservice of this namespace',
  ]),
  rejects('a namespace beside a microservice', bound({ microservice: { name: 'billing', namespace: 'other' } }), [
    'spec.bindings[0].microservice.namespace',
    'unknown field',
  ]),
  rejects('a number for a port of a microservice', bound({ microservice: { name: 'billing', port: 80 } }), [
    'spec.bindings[0].microservice.port',
  ]),
  rejects('a port of a microservice with capitals', bound({ microservice: { name: 'billing', port: 'HTTP' } }), [
    'spec.bindings[0].microservice.port',
    'not a number',
  ]),
  rejects('a service without a group', bound({ service: { ...redis, apiVersion: 'v1' } }), [
    'spec.bindings[0].service.apiVersion',
    'a group and a version',
  ]),
  rejects('a service whose version is a path', bound({ service: { ...redis, apiVersion: 'a.b/v1/../../api' } }), [
    'spec.bindings[0].service.apiVersion',
    'a group and a version',
  ]),
  rejects('a service of a kind in small letters', bound({ service: { ...redis, kind: 'redis' } }), [
    'spec.bindings[0].service.kind',
    'capital letter',
  ]),
  rejects('a service of another namespace', bound({ service: { ...redis, name: 'other/r1' } }), [
    'spec.bindings[0].service.name',
    'an object of this namespace',
  ]),
  rejects('a type with capitals', bound({ secretName: 'db', type: 'PostgreSQL' }), [
    'spec.bindings[0].type',
    'in lower case',
  ]),
  rejects('a provider with a line break', bound({ secretName: 'db', provider: 'a\nb' }), [
    'spec.bindings[0].provider',
    'a plain word',
  ]),
  rejects('a way of delivery that does not exist', bound({ secretName: 'db', as: ['volume'] }), [
    'spec.bindings[0].as[0]',
  ]),
  rejects('no way of delivery', bound({ secretName: 'db', as: [] }), ['spec.bindings[0].as']),
  rejects('a way of delivery twice', bound({ secretName: 'db', as: ['env', 'env'] }), ['spec.bindings[0].as[1]']),
];

/** All cases of Microservices, but for topics, logs, metrics and the like. */
export const microserviceCases: readonly Case[] = [...names, ...workload, ...ports, ...bindings];
