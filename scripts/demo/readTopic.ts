import { text } from 'node:stream/consumers';
import kafkajs from 'kafkajs';
import type { KafkaUser } from '../../test/cluster/kafka/settings.ts';

/**
 * A program, run in the cluster's network: reads the topic from its start until the record with the key appears, and
 * prints it as one JSON line. Standard input says where and what. It is an observer with a consumer group of its own.
 */
interface Order {
  readonly bootstrap: string;
  readonly user: KafkaUser;
  readonly topic: string;
  readonly key: string;
  readonly timeoutMs: number;
}

const { bootstrap, user, topic, key, timeoutMs } = JSON.parse(await text(process.stdin)) as Order;
const sasl = { mechanism: 'scram-sha-512', username: user.name, password: user.password } as const;
const kafka = new kafkajs.Kafka({ clientId: 'demo', brokers: [bootstrap], sasl, logLevel: kafkajs.logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `demo.${process.pid}`, maxWaitTimeInMs: 200 });
const { promise, resolve, reject } = Promise.withResolvers<string>();

setTimeout(() => reject(new Error(`no record with key ${key} in ${topic}`)), timeoutMs).unref();
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ partition, message }) => {
    if (message.key?.toString() !== key) return;
    resolve(JSON.stringify({ topic, partition, offset: message.offset, key, value: message.value?.toString() }));
  },
});
try {
  console.log(await promise);
} finally {
  await consumer.disconnect();
}
