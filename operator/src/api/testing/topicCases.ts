import { type Case, caseMaker, long, many, type Spec } from './cases.ts';

const { accepts, rejects } = caseMaker('Microservice');

const http = { name: 'http', port: 8080 };
const events = { name: 'events', brokerName: 'main' };

const publishes: readonly Case[] = [
  accepts('a topic with the only broker binding', { bindings: [events], publishes: [{ topic: 'orders.created' }] }),
  accepts('a topic beside bindings of other sorts', {
    bindings: [events, { name: 'db', secretName: 'db' }],
    publishes: [{ topic: 'orders.created' }],
  }),
  accepts('a topic with a named binding', {
    bindings: [events, { name: 'audit', brokerName: 'audit' }],
    publishes: [{ topic: 'orders.created', binding: 'audit' }],
  }),
  rejects('a topic without a broker binding', { publishes: [{ topic: 'a' }] }, [
    'spec.publishes',
    'may be left out only',
  ]),
  rejects(
    'a topic without a binding where two brokers are bound',
    { bindings: [events, { name: 'audit', brokerName: 'audit' }], publishes: [{ topic: 'a' }] },
    ['spec.publishes', 'may be left out only'],
  ),
  rejects(
    'a topic with a binding that is not there',
    { bindings: [events], publishes: [{ topic: 'a', binding: 'b' }] },
    ['spec.publishes', 'the name of a binding that has a brokerName'],
  ),
  rejects(
    'a topic with a binding of another sort',
    { bindings: [{ name: 'db', secretName: 'db' }], publishes: [{ topic: 'a', binding: 'db' }] },
    ['spec.publishes', 'the name of a binding that has a brokerName'],
  ),
  accepts('a topic of 249 characters', { bindings: [events], publishes: [{ topic: long(249) }] }),
  rejects('a topic of 250 characters', { bindings: [events], publishes: [{ topic: long(250) }] }, [
    'spec.publishes[0].topic',
  ]),
  rejects('a topic with a slash', { bindings: [events], publishes: [{ topic: 'a/b' }] }, [
    'spec.publishes[0].topic',
    'the name of a Kafka topic',
  ]),
  rejects('a topic that is two dots', { bindings: [events], publishes: [{ topic: '..' }] }, [
    'spec.publishes[0].topic',
  ]),
  rejects("a topic of Kafka's own", { bindings: [events], publishes: [{ topic: '__consumer_offsets' }] }, [
    'spec.publishes[0].topic',
    "Kafka's own",
  ]),
  rejects('a topic twice', { bindings: [events], publishes: [{ topic: 'a' }, { topic: 'a' }] }, ['spec.publishes[1]']),
  rejects('65 topics', { bindings: [events], publishes: many(65, (i) => ({ topic: `t${i}` })) }, ['spec.publishes']),
];

const deliver = { port: 'http', path: '/events' };
const subscribed = (subscription: Spec): Spec => ({
  ports: [http],
  bindings: [events],
  subscribes: [{ topic: 'payments', ...subscription }],
});
const delivered = (extra: Spec): Spec => subscribed({ deliver: { ...deliver, ...extra } });

const subscribes: readonly Case[] = [
  accepts(
    'a subscription that the service serves itself',
    subscribed({ binding: 'events', group: 'shop.orders', start: 'latest' }),
  ),
  accepts(
    'a whole delivery',
    delivered({
      order: 'partition',
      concurrency: 1,
      timeout: '1m30s',
      retries: 0,
      deadLetter: { topic: 'shop.orders.dlq' },
    }),
  ),
  rejects('a subscription without a broker binding', { subscribes: [{ topic: 'a' }] }, [
    'spec.subscribes',
    'may be left out only',
  ]),
  rejects('a subscription with a binding that is not there', subscribed({ binding: 'other' }), [
    'spec.subscribes',
    'the name of a binding that has a brokerName',
  ]),
  rejects('a group with a slash', subscribed({ group: 'shop/orders' }), ['spec.subscribes[0].group', 'consumer group']),
  rejects('a start that does not exist', subscribed({ start: 'now' }), ['spec.subscribes[0].start']),
  rejects('a subscribed topic with a space', subscribed({ topic: 'a b' }), [
    'spec.subscribes[0].topic',
    'the name of a Kafka topic',
  ]),
  rejects("a subscribed topic of Kafka's own", subscribed({ topic: '__x' }), [
    'spec.subscribes[0].topic',
    "Kafka's own",
  ]),
  rejects(
    'a subscribed topic twice',
    { ports: [http], bindings: [events], subscribes: [{ topic: 'a' }, { topic: 'a' }] },
    ['spec.subscribes[1]'],
  ),
  rejects('delivery to a port that is not declared', delivered({ port: 'web' }), [
    'spec.subscribes',
    'deliver.port must be the name of one of spec.ports',
  ]),
  rejects(
    'delivery to a port that speaks no HTTP',
    { ports: [{ ...http, protocol: 'tcp' }], bindings: [events], subscribes: [{ topic: 'a', deliver }] },
    ['spec.subscribes', 'with protocol http'],
  ),
  rejects('delivery without a path', subscribed({ deliver: { port: 'http' } }), [
    'spec.subscribes[0].deliver.path',
    'required',
  ]),
  rejects('delivery to a path without a slash', delivered({ path: 'events' }), [
    'spec.subscribes[0].deliver.path',
    'beginning with a slash',
  ]),
  rejects('delivery to another host', delivered({ path: '//evil" \r\nHost: x' }), ['spec.subscribes[0].deliver.path']),
  rejects('an order that does not exist', delivered({ order: 'none' }), ['spec.subscribes[0].deliver.order']),
  rejects('no concurrency', delivered({ concurrency: 0 }), ['spec.subscribes[0].deliver.concurrency']),
  rejects('a concurrency of 257', delivered({ concurrency: 257 }), ['spec.subscribes[0].deliver.concurrency']),
  rejects('a negative number of retries', delivered({ retries: -1 }), ['spec.subscribes[0].deliver.retries']),
  rejects('a time-out without a unit', delivered({ timeout: '30' }), [
    'spec.subscribes[0].deliver.timeout',
    'a duration',
  ]),
  rejects('a time-out that is a number', delivered({ timeout: 30 }), ['spec.subscribes[0].deliver.timeout']),
  rejects('a time-out of two hours', delivered({ timeout: '2h' }), [
    'spec.subscribes[0].deliver.timeout',
    'from 100ms',
  ]),
  rejects('a time-out of nothing', delivered({ timeout: '0s' }), ['spec.subscribes[0].deliver.timeout', 'from 100ms']),
  rejects('dead letters to the subscribed topic', delivered({ deadLetter: { topic: 'payments' } }), [
    'spec.subscribes[0]',
    'the subscribed topic itself',
  ]),
  rejects('dead letters to a topic with a slash', delivered({ deadLetter: { topic: 'a/b' } }), [
    'spec.subscribes[0].deliver.deadLetter.topic',
    'the name of a Kafka topic',
  ]),
  rejects("dead letters to a topic of Kafka's own", delivered({ deadLetter: { topic: '__x' } }), [
    'spec.subscribes[0].deliver.deadLetter.topic',
    "Kafka's own",
  ]),
];

/** The cases of spec.publishes and spec.subscribes. */
export const topicCases: readonly Case[] = [...publishes, ...subscribes];
