import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { which } from '../prerequisites.ts';
import { provision, withAdmin } from './admin.ts';
import { type KafkaBroker, startKafka } from './process.ts';

const { Kafka, logLevel } = kafkajs;

/** A broker needs Java, and Maven to get Kafka the first time. */
const possible = which('java') !== undefined && which('mvn') !== undefined;

let broker: KafkaBroker | undefined;

beforeAll(async () => {
  if (!possible) return;
  broker = await startKafka(['shop'], () => {});
  const topics = [{ name: 'orders.created' }, { name: 'payments.settled' }];
  await provision(broker.bootstrap, broker.admin, { topics, grants: [{ user: 'shop', publish: ['orders.*'] }] });
}, 300_000);

afterAll(() => broker?.stop(), 60_000);

async function send(topic: string): Promise<void> {
  const { name = '', password = '' } = broker?.users[0] ?? {};
  const client = new Kafka({
    brokers: [broker?.bootstrap ?? ''],
    sasl: { mechanism: 'scram-sha-512', username: name, password },
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const producer = client.producer({ retry: { retries: 0 } });
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'x' }] }).finally(() => producer.disconnect());
}

test.skipIf(!possible)('a user of the broker publishes what it is granted, and nothing else', async () => {
  await send('orders.created');
  await expect(send('payments.settled')).rejects.toThrow(/authorized/i);
});

test.skipIf(!possible)('a wrong password is refused, and the administrator may do everything', async () => {
  const { bootstrap = '', admin = { name: '', password: '' } } = broker ?? {};
  expect(await withAdmin(bootstrap, admin, (client) => client.listTopics())).toEqual(
    expect.arrayContaining(['orders.created', 'payments.settled']),
  );
  const wrong = withAdmin(bootstrap, { ...admin, password: 'guess' }, (client) => client.listTopics());
  await expect(wrong).rejects.toThrow(/authentication/i);
});

test.skipIf(!possible)('making the same topics and rules again changes nothing and is no error', async () => {
  const { bootstrap = '', admin = { name: '', password: '' } } = broker ?? {};
  const wanted = { topics: [{ name: 'orders.created' }], grants: [{ user: 'shop', publish: ['orders.*'] }] };
  await expect(provision(bootstrap, admin, wanted)).resolves.toBe(undefined);
});
