import { describe, expect, test } from 'vitest';
import type { Broker } from '../api/generated/broker.ts';
import { grantsGroup, grantsNamespace, grantsTopic, topicProblems } from './grants.ts';
import { broker, microservice, world } from './testing/builders.ts';

const shop = { team: 'shop' };
const granted = broker({
  access: [
    {
      namespaces: { matchLabels: shop },
      topics: ['orders.*', 'payments.settled'],
      groups: ['shared-*'],
      allow: ['publish'],
    },
    { namespaces: {}, topics: ['news'], allow: ['subscribe'] },
  ],
});

test.each([
  ['a rule for its labels', granted, shop, true],
  ['a rule for all', granted, {}, true],
  [
    'rules for others only',
    broker({ access: [{ namespaces: { matchLabels: shop }, topics: ['*'], allow: ['publish'] }] }),
    {},
    false,
  ],
  ['no rule', broker({ access: [] }), shop, false],
])('a namespace with %s has access or not', (_, given: Broker, labels, expected) => {
  expect(grantsNamespace(given, labels)).toBe(expected);
});

test.each([
  ['publish', 'orders.created', true],
  ['publish', 'orders.', true],
  ['publish', 'orders', false],
  ['publish', 'payments.settled', true],
  ['publish', 'payments.settled.dlq', false],
  ['subscribe', 'orders.created', false],
  ['subscribe', 'news', true],
  ['publish', 'news', false],
] as const)('to %s on %s is granted: %s', (access, topic, expected) => {
  expect(grantsTopic(granted, shop, topic, access)).toBe(expected);
});

test('an asterisk is special at the end only', () => {
  const odd = broker({ access: [{ namespaces: {}, topics: ['a*b', '*'], allow: ['publish'] }] });
  expect(grantsTopic(odd, {}, 'anything', 'publish')).toBe(true);
  const middle = broker({ access: [{ namespaces: {}, topics: ['a*b'], allow: ['publish'] }] });
  expect(grantsTopic(middle, {}, 'axb', 'publish')).toBe(false);
  expect(grantsTopic(middle, {}, 'a*b', 'publish')).toBe(true);
});

test.each([
  ['shop.orders', true],
  ['shop.', true],
  ['shop', false],
  ['shopping.orders', false],
  ['shared-x', true],
  ['other', false],
])('the consumer group %s is for the namespace shop: %s', (group, expected) => {
  expect(grantsGroup(granted, world({ namespace: { name: 'shop', labels: shop } }), group)).toBe(expected);
});

describe('the problems with declared topics', () => {
  const problems = (spec: Parameters<typeof microservice>[0], found: Broker | undefined = granted) =>
    topicProblems(world({ microservice: microservice(spec), namespace: { name: 'shop', labels: shop } }), () => found);

  test('are none where all is granted', () => {
    const subscribes = [{ topic: 'news', start: 'latest' as const, group: 'shop.orders' }];
    expect(problems({ publishes: [{ topic: 'orders.created' }], subscribes })).toEqual([]);
  });

  test('name field, topic, namespace and what to do', () => {
    const publishes = [{ topic: 'orders.created' }, { topic: 'news' }];
    const subscribes = [{ topic: 'payments.settled', start: 'latest' as const, group: 'bank.orders' }];
    expect(problems({ publishes, subscribes })).toEqual([
      {
        field: 'spec.publishes[1].topic',
        reason: 'TopicNotGranted',
        message: 'Broker main does not let namespace shop publish to news: ask its owners for a rule in spec.access',
      },
      {
        field: 'spec.subscribes[0].topic',
        reason: 'TopicNotGranted',
        message:
          'Broker main does not let namespace shop subscribe to payments.settled: ask its owners for a rule in spec.access',
      },
      {
        field: 'spec.subscribes[0].group',
        reason: 'TopicNotGranted',
        message:
          'consumer group bank.orders is not for namespace shop: begin it with shop. or ask the owners of Broker main for one in spec.access[].groups',
      },
    ]);
  });

  test('are left to the binding where there is no Broker', () => {
    expect(
      topicProblems(world({ microservice: microservice({ publishes: [{ topic: 'x' }] }) }), () => undefined),
    ).toEqual([]);
  });
});
