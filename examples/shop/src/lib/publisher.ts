import type { Producer } from 'kafkajs';
import { kafkaFrom } from './kafka.ts';
import type { Log } from './log.ts';

/** Where the broker put a record. */
export interface Receipt {
  readonly partition: number;
  readonly offset: string;
}

/** Publishes records one by one; connects when first used and again after a failure. */
export interface Publisher {
  /** Resolves when all in-sync replicas have the record. A rejection does not prove that the broker lacks it. */
  publish(topic: string, key: string, value: string): Promise<Receipt>;
  close(): Promise<void>;
}

/** A publisher for the broker behind a binding. Nothing is read or opened before the first record. */
export function publisher(bindingName: string, clientId: string, log: Log): Publisher {
  let current: Promise<Producer> | undefined;

  const forget = async (): Promise<void> => {
    const old = current;
    current = undefined;
    await old?.then((producer) => producer.disconnect()).catch(() => {});
  };

  return {
    async publish(topic, key, value) {
      current ??= connect(bindingName, clientId, log);
      try {
        const producer = await current;
        const [result] = await producer.send({ topic, acks: -1, messages: [{ key, value }] });
        return { partition: result?.partition ?? 0, offset: result?.baseOffset ?? '?' };
      } catch (error) {
        // The next record starts from the binding's files again: the address or the password may have changed.
        await forget();
        throw error;
      }
    },
    close: forget,
  };
}

async function connect(bindingName: string, clientId: string, log: Log): Promise<Producer> {
  const producer = kafkaFrom(bindingName, clientId).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  log.info('connected to the broker');
  return producer;
}
