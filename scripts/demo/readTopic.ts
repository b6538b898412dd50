import kafkajs from 'kafkajs';
import type { KafkaUser } from '../../test/cluster/kafka/settings.ts';

/** Which record is looked for, where, and as whom. */
export interface Search {
  readonly bootstrap: string;
  readonly user: KafkaUser;
  readonly topic: string;
  readonly key: string;
  readonly timeoutMs: number;
}

/**
 * Reads the topic from its start until the record with the key appears, in a consumer group of its own. Gives the record
 * back as one line of JSON.
 */
export async function readRecord({ bootstrap, user, topic, key, timeoutMs }: Search): Promise<string> {
  const sasl = { mechanism: 'scram-sha-512', username: user.name, password: user.password } as const;
  const logLevel = kafkajs.logLevel.NOTHING;
  const kafka = new kafkajs.Kafka({ clientId: 'demo', brokers: [bootstrap], sasl, logLevel });
  const consumer = kafka.consumer({ groupId: `demo.${key}`, maxWaitTimeInMs: 200 });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error(`no record with key ${key} in ${topic}`)), timeoutMs);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        if (message.key?.toString() !== key) return;
        resolve(JSON.stringify({ topic, partition, offset: message.offset, key, value: message.value?.toString() }));
      },
    });
    return await promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
}
