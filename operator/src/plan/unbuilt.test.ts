import { expect, test } from 'vitest';
import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { binding, broker, logging, logSink, microservice } from './testing/builders.ts';
import { unbuiltBrokerFields, unbuiltFields, unbuiltSinkFields } from './unbuilt.ts';

const { rollout } = microservice().spec;
const deliver = { port: 'http', path: '/', order: 'key', concurrency: 1, timeout: '30s', retries: 1 } as const;

test.each<readonly [string, Partial<Microservice['spec']>, readonly string[]]>([
  ['nothing', {}, []],
  [
    'what is built',
    { logging: logging({ format: 'text', multiline: 'none' }), bindings: [binding({ secretName: 's' })] },
    [],
  ],
  [
    'a Provisioned Service beside a Secret',
    {
      bindings: [
        binding({ secretName: 's' }),
        binding({ name: 'r', service: { apiVersion: 'a/v1', kind: 'R', name: 'r' } }),
      ],
    },
    ['spec.bindings[1].service'],
  ],
  ['a delivery', { subscribes: [{ topic: 't', start: 'latest', deliver }] }, ['spec.subscribes[0].deliver']],
  ['logfmt', { logging: logging({ format: 'logfmt' }) }, ['spec.logging.format: logfmt']],
  ['a multi-line preset', { logging: logging({ multiline: 'java' }) }, ['spec.logging.multiline']],
  ['redaction', { logging: logging({ redact: { fields: ['email'] } }) }, ['spec.logging.redact']],
  [
    'restarts on credentials',
    { rollout: { ...rollout, onCredentials: 'restart' } },
    ['spec.rollout.onCredentials: restart'],
  ],
  ['the pipe', { sidecars: { pipe: {} } }, ['spec.sidecars.pipe']],
])('of a Microservice with %s the unbuilt fields are named', (_, spec, fields) => {
  expect(unbuiltFields(microservice(spec))).toEqual(fields);
});

test.each<readonly [string, Partial<Broker['spec']>, readonly string[]]>([
  ['a shared login', {}, []],
  ['no login', { principals: { mode: 'none' } }, []],
  ['topics that are not created', { topics: { create: false } }, []],
  [
    'managed principals and topics',
    { principals: { mode: 'managed', managed: { adminSecretName: 'a' } }, topics: { create: true } },
    ['spec.principals.mode: managed', 'spec.topics.create'],
  ],
])('of a Broker with %s the unbuilt fields are named', (_, spec, fields) => {
  expect(unbuiltBrokerFields(broker(spec))).toEqual(fields);
});

test.each<readonly [string, Partial<LogSink['spec']>, readonly string[]]>([
  ['what is built', {}, []],
  ['no headers', { http: { host: 'h', path: '/', compress: 'none', headers: [] } }, []],
  ['another type', { type: 'loki' }, ['spec.type: loki']],
  [
    'a login, headers and certificates',
    {
      credentials: { secretName: 's' } as NonNullable<LogSink['spec']['credentials']>,
      http: { host: 'h', path: '/', compress: 'none', headers: [{ name: 'X-A', value: 'b' }] },
      tls: { enabled: true, verify: true, ca: { secretName: 's', key: 'ca.crt' }, serverName: 'h' } as NonNullable<
        LogSink['spec']['tls']
      >,
    },
    ['spec.credentials', 'spec.http.headers', 'spec.tls.ca', 'spec.tls.serverName'],
  ],
])('of a LogSink with %s the unbuilt fields are named', (_, spec, fields) => {
  expect(unbuiltSinkFields(logSink(spec))).toEqual(fields);
});
