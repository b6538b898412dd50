/** The shop's orders: keeps them, and publishes each to the topic `orders.created` of the broker behind `events`. */
import { randomUUID } from 'node:crypto';
import { Counter, collectDefaultMetrics, register } from 'prom-client';
import { errorText, stdoutLog } from './lib/log.ts';
import { publisher } from './lib/publisher.ts';
import { type Answer, type Call, serve } from './lib/server.ts';

interface Order {
  readonly id: string;
  readonly product: string;
  readonly quantity: number;
}

const topic = 'orders.created';
/** Orders are kept in memory, the newest of them: a shop for a demonstration has no database. */
const maxOrders = 1000;

const log = stdoutLog('orders');
const events = publisher('events', 'orders', log);
const orders = new Map<string, Order>();

collectDefaultMetrics();
const created = new Counter({
  name: 'shop_orders_created_total',
  help: 'Orders that were published.',
  labelNames: ['product'],
});

await serve(
  [
    { method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: 'ok\n' }) },
    { method: 'GET', path: '/metrics', handle: metrics },
    { method: 'GET', path: '/orders/:id', handle: showOrder },
    { method: 'POST', path: '/orders', handle: createOrder },
  ],
  log,
  () => events.close(),
);

async function metrics(): Promise<Answer> {
  return { status: 200, body: await register.metrics(), headers: { 'content-type': register.contentType } };
}

function showOrder({ params }: Call): Answer {
  const order = orders.get(params.id ?? '');
  return order === undefined
    ? { status: 404, body: { error: 'there is no such order' } }
    : { status: 200, body: order };
}

async function createOrder({ body }: Call): Promise<Answer> {
  const order = parseOrder(body.toString('utf8'));
  if (order === undefined) {
    return { status: 400, body: { error: 'send {"product": "<id>", "quantity": <1 to 100>} as JSON' } };
  }
  try {
    const { partition, offset } = await events.publish(topic, order.id, JSON.stringify(order));
    keep(order);
    created.inc({ product: order.product });
    log.info(`created order ${order.id}`, { order: order.id, product: order.product, topic, partition, offset });
    return { status: 201, body: order, headers: { location: `/orders/${order.id}` } };
  } catch (error) {
    // Not known to the broker as far as we know, so not an order: the caller may try again.
    log.error('order not published', { order: order.id, error: errorText(error) });
    return { status: 503, body: { error: errorText(error) }, headers: { 'retry-after': '2' } };
  }
}

function parseOrder(text: string): Order | undefined {
  try {
    const { product, quantity = 1 } = JSON.parse(text) as { readonly product?: unknown; readonly quantity?: unknown };
    if (typeof product !== 'string' || !/^[a-z0-9-]{1,40}$/.test(product)) return undefined;
    if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > 100) return undefined;
    return { id: randomUUID(), product, quantity };
  } catch {
    return undefined;
  }
}

function keep(order: Order): void {
  orders.set(order.id, order);
  const oldest = orders.size > maxOrders ? orders.keys().next().value : undefined;
  if (oldest !== undefined) orders.delete(oldest);
}
