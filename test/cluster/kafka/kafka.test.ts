import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { aclsOf } from './admin.ts';
import { formatArguments, serverProperties } from './settings.ts';

const { AclOperationTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

test('a grant to publish lets a user write and look up the topic, by prefix where it ends in a star', () => {
  const rules = aclsOf({ user: 'shop', publish: ['orders.*'] });
  expect(rules.map(({ operation }) => operation)).toEqual([AclOperationTypes.WRITE, AclOperationTypes.DESCRIBE]);
  expect(rules[0]).toMatchObject({
    principal: 'User:shop',
    resourceType: AclResourceTypes.TOPIC,
    resourceName: 'orders.',
    resourcePatternType: ResourcePatternTypes.PREFIXED,
  });
});

test('a grant to subscribe is for a topic and for a group', () => {
  const rules = aclsOf({ user: 'shop', subscribe: ['payments'], groups: ['shop.orders'] });
  expect(rules.map(({ resourceType, resourceName }) => [resourceType, resourceName])).toEqual([
    [AclResourceTypes.TOPIC, 'payments'],
    [AclResourceTypes.TOPIC, 'payments'],
    [AclResourceTypes.GROUP, 'shop.orders'],
  ]);
});

test('the broker refuses what no rule allows, and trusts nobody but the loopback listeners', () => {
  const clients = { bind: ':9092', advertised: 'kafka.kafka.svc:9092' };
  const lines = serverProperties({
    clients,
    internal: '127.0.0.1:9091',
    controller: '127.0.0.1:9093',
    data: '/d',
  }).split('\n');
  expect(lines).toContain('allow.everyone.if.no.acl.found=false');
  expect(lines).toContain('listeners=CLIENT://:9092,INTERNAL://127.0.0.1:9091,CONTROLLER://127.0.0.1:9093');
  expect(lines).toContain(
    'listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
  );
});

test('each user is made when the data folder is', () => {
  const args = formatArguments('p', [
    { name: 'admin', password: 'x' },
    { name: 'shop', password: 'y' },
  ]);
  expect(args.filter((arg) => arg.startsWith('SCRAM'))).toEqual([
    'SCRAM-SHA-512=[name=admin,password=x]',
    'SCRAM-SHA-512=[name=shop,password=y]',
  ]);
});
