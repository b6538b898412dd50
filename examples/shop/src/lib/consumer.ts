import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachMessagePayload } from 'kafkajs';
import { kafkaFrom } from './kafka.ts';
import { errorText, type Log } from './log.ts';

/** What to read, as whom, and what to do with each record. */
export interface Subscription {
  readonly binding: string;
  readonly clientId: string;
  readonly group: string;
  readonly topic: string;
  readonly handle: (record: EachMessagePayload) => Promise<void>;
}

const firstPauseMs = 500;
const maxPauseMs = 5000;

/**
 * Reads the topic from the group's position, at least once per record, until `signal` aborts. Whatever ends a consumer
 * (no binding yet, no broker, no topic, a changed password), the next one is built from the binding's files of then.
 */
export async function consume(subscription: Subscription, log: Log, signal: AbortSignal): Promise<void> {
  let pause = firstPauseMs;
  while (!signal.aborted) {
    try {
      await session(subscription, log, signal, () => {
        pause = firstPauseMs;
      });
    } catch (error) {
      log.warn('not consuming', { topic: subscription.topic, error: errorText(error), retryInMs: pause });
    }
    await sleep(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(maxPauseMs, pause * 2);
  }
}

/** One consumer's life. Resolves when `signal` aborts, rejects when the consumer has failed. */
async function session(to: Subscription, log: Log, signal: AbortSignal, started: () => void): Promise<void> {
  const kafka = kafkaFrom(to.binding, to.clientId);
  const consumer = kafka.consumer({
    groupId: to.group,
    sessionTimeout: 10_000,
    heartbeatInterval: 1000,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    // A failed consumer is replaced as a whole, by the loop above, so that it reads its credentials again.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3, restartOnFailure: async () => false },
  });
  try {
    const ended = crashOf(consumer, signal);
    await consumer.connect();
    await consumer.subscribe({ topics: [to.topic], fromBeginning: true });
    await consumer.run({ eachMessage: to.handle });
    log.info('consuming', { topic: to.topic, group: to.group });
    started();
    await ended;
  } finally {
    await consumer.disconnect().catch(() => {});
  }
}

function crashOf(consumer: Consumer, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A crash before anybody awaits must not count as unhandled.
  promise.catch(() => {});
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
