/** The shop's front: shows products and passes orders on to the service behind the binding `orders`. */
import { BindingMissing, readBinding, required } from './lib/binding.ts';
import { errorText, stdoutLog } from './lib/log.ts';
import { type Answer, type Call, serve } from './lib/server.ts';

const log = stdoutLog('front');

const products: Readonly<Record<string, { readonly name: string; readonly cents: number }>> = {
  kettle: { name: 'Kettle', cents: 4900 },
  teapot: { name: 'Teapot', cents: 3200 },
  mug: { name: 'Mug', cents: 900 },
};

/** How long the front waits for the service behind it. */
const timeoutMs = 15_000;

await serve(
  [
    { method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: 'ok\n' }) },
    {
      method: 'GET',
      path: '/',
      handle: () => ({ status: 200, body: { shop: 'open', products: Object.keys(products) } }),
    },
    { method: 'GET', path: '/products/:id', handle: showProduct },
    { method: 'POST', path: '/orders', handle: placeOrder },
  ],
  log,
);

function showProduct({ params }: Call): Answer {
  const id = params.id ?? '';
  const product = products[id];
  if (product === undefined) return { status: 404, body: { error: `there is no product "${id}"` } };
  log.info('product shown', { product: id });
  return { status: 200, body: { id, ...product } };
}

async function placeOrder({ body }: Call): Promise<Answer> {
  try {
    const uri = required(readBinding('orders'), 'uri');
    const response = await fetch(new URL('/orders', uri), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body.toString('utf8'),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json();
    log.info('order passed on', { status: response.status });
    return { status: response.status, body: answer };
  } catch (error) {
    const status = error instanceof BindingMissing ? 503 : 502;
    log.error('order not passed on', { error: errorText(error) });
    return { status, body: { error: errorText(error) }, headers: { 'retry-after': '2' } };
  }
}
