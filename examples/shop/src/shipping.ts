/** The shop's shipping: reads `orders.created` from the broker behind `events`; logs to a file, as many services do. */
import { join } from 'node:path';
import type { EachMessagePayload } from 'kafkajs';
import { consume } from './lib/consumer.ts';
import { fileLog } from './lib/log.ts';
import { serve } from './lib/server.ts';

const log = fileLog('shipping', join(process.env.LOG_DIR ?? '/var/log/shipping', 'shipping.log'));
const stopping = new AbortController();
let shipped = 0;

const consuming = consume(
  { binding: 'events', clientId: 'shipping', group: 'shop.shipping', topic: 'orders.created', handle: ship },
  log,
  stopping.signal,
);

await serve(
  // Healthy without a broker too: a service that restarts because its broker is away helps nobody.
  [{ method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: { shipped } }) }],
  log,
  async () => {
    stopping.abort();
    await consuming;
  },
);

async function ship({ topic, partition, message }: EachMessagePayload): Promise<void> {
  const order = message.key?.toString('utf8') ?? 'without a number';
  shipped += 1;
  log.info(`shipped order ${order}`, { order, topic, partition, offset: message.offset });
}
