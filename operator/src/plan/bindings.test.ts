import { describe, expect, test } from 'vitest';
import { resolveBinding } from './bindings.ts';
import { binding, broker, world } from './testing/builders.ts';
import type { World } from './world.ts';

const field = 'spec.bindings[0]';
const resolveOne = (fields: Parameters<typeof binding>[0], around: Partial<World> = {}) =>
  resolveBinding(world(around), binding(fields), field);

describe('a binding to a Secret', () => {
  test('is mounted as it is', () => {
    expect(resolveOne({ secretName: 'orders-db' })).toEqual({
      plan: { name: 'db', secretName: 'orders-db', entries: [], files: true, env: [] },
      recipe: null,
    });
  });

  test('gets the entries that were declared, and optional variables', () => {
    const fields = { secretName: 'orders-db', type: 'postgresql', provider: 'aws', as: ['env' as const] };
    expect(resolveOne(fields)).toEqual({
      plan: {
        name: 'db',
        secretName: 'orders-db',
        entries: ['type', 'provider'],
        files: false,
        env: ['host', 'port', 'uri', 'username', 'password', 'database'].map((key) => ({
          name: `DB_${key.toUpperCase()}`,
          key,
          optional: true,
        })),
      },
      recipe: null,
    });
  });

  test.each([
    ['orders-db', 'ORDERS_DB_HOST'],
    ['1db', '_1DB_HOST'],
  ])('that is called %s has the variable %s', (name, variable) => {
    const resolved = resolveOne({ name, secretName: 's', as: ['env'] });
    expect(resolved).toMatchObject({
      plan: { env: expect.arrayContaining([expect.objectContaining({ name: variable })]) },
    });
  });
});

test('a binding to a Provisioned Service is left to the caller', () => {
  expect(resolveOne({ service: { apiVersion: 'example.com/v1', kind: 'Redis', name: 'r1' } })).toBeNull();
});

describe('a binding to a Broker', () => {
  const around = {
    brokers: [broker({ kafka: { ...broker().spec.kafka, ca: { secretName: 'main-ca', key: 'ca.pem' } } })],
  };

  test('is made from its address, its login and its certificate', () => {
    expect(resolveOne({ name: 'events', brokerName: 'main', as: ['files', 'env'] }, around)).toEqual({
      plan: {
        name: 'events',
        secretName: 'standpipe.orders.events',
        entries: [],
        files: true,
        env: [
          { name: 'EVENTS_BOOTSTRAP_SERVERS', key: 'bootstrap-servers', optional: false },
          { name: 'EVENTS_SECURITY_PROTOCOL', key: 'security-protocol', optional: false },
          { name: 'EVENTS_SASL_MECHANISM', key: 'sasl-mechanism', optional: false },
          { name: 'EVENTS_USERNAME', key: 'username', optional: false },
          { name: 'EVENTS_PASSWORD', key: 'password', optional: false },
        ],
      },
      recipe: {
        binding: 'events',
        secretName: 'standpipe.orders.events',
        type: 'kafka',
        literals: {},
        kafka: {
          broker: 'main',
          bootstrap: ['b1.example.com:9096'],
          security: 'sasl_ssl',
          mechanism: 'scram-sha-512',
          credential: 'main-login',
          ca: { secretName: 'main-ca', key: 'ca.pem' },
        },
      },
    });
  });

  test('without a login has no variables of one', () => {
    const open = broker({ principals: { mode: 'none' } });
    expect(resolveOne({ name: 'events', brokerName: 'main', as: ['env'] }, { brokers: [open] })).toMatchObject({
      plan: { env: [{ name: 'EVENTS_BOOTSTRAP_SERVERS' }, { name: 'EVENTS_SECURITY_PROTOCOL' }] },
      recipe: { kafka: { credential: null, ca: null } },
    });
  });

  test.each([
    [
      'that does not exist',
      { brokers: [] },
      { reason: 'BrokerNotFound', message: 'there is no Broker main: name one that the platform team has set up' },
    ],
    [
      'that is for other namespaces',
      {
        brokers: [
          broker({ access: [{ namespaces: { matchLabels: { team: 'bank' } }, topics: ['*'], allow: ['publish'] }] }),
        ],
      },
      {
        reason: 'BrokerNotGranted',
        message: 'no rule of Broker main is for namespace shop: ask its owners for one in spec.access',
      },
    ],
    [
      'without any rule',
      { brokers: [broker({ access: [] })] },
      {
        reason: 'BrokerNotGranted',
        message: 'no rule of Broker main is for namespace shop: ask its owners for one in spec.access',
      },
    ],
    [
      'of a kind that is not built',
      { brokers: [broker({ principals: { mode: 'managed', managed: { adminSecretName: 'admin' } } })] },
      {
        reason: 'BrokerNotUsable',
        message:
          'Broker main has principals.mode: managed, which this version does not have yet: ask its owners for shared or none',
      },
    ],
  ] as const)('%s is a problem', (_, around, problem) => {
    expect(resolveOne({ brokerName: 'main' }, around)).toEqual({ field: 'spec.bindings[0].brokerName', ...problem });
  });
});
