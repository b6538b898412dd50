import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../test/cluster/cluster.ts';
import { kubectl } from './demo.ts';

/** One answer of the front. */
export interface Answer {
  readonly request: string;
  readonly status: number;
  readonly answer: { readonly id?: string; readonly error?: string };
}

/** Runs inside a pod by `node -e`, so it may use nothing but Node: sends its arguments to the front, prints the answers. */
const customer = `
(async () => {
  for (const request of process.argv.slice(1)) {
    const [method, path, body] = request.split(' ');
    const response = await fetch('http://front' + path, { method, ...(body && { body }) });
    console.log(JSON.stringify({ request: method + ' ' + path, status: response.status, answer: await response.json() }));
  }
})();`;

/** Sends requests such as `GET /products/mug` to the shop's front, one after the other, from one of its own pods. */
export async function ask(cluster: Cluster, requests: readonly string[]): Promise<readonly Answer[]> {
  const inPod = ['-n', 'shop', 'exec', 'deploy/front', '-c', 'app', '--'];
  const output = await kubectl(cluster, [...inPod, 'node', '-e', customer, ...requests]);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

/** The request that orders something. */
export function order(product: string, quantity = 1): string {
  return `POST /orders ${JSON.stringify({ product, quantity })}`;
}

const patienceMs = 60_000;

/** Orders a mug until an order is taken: the broker and the services may have become ready a moment ago. */
export async function firstOrder(cluster: Cluster): Promise<void> {
  let why = '';
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(1000)) {
    try {
      const [answer] = await ask(cluster, [order('mug')]);
      if (answer?.status === 201) return;
      why = `${answer?.status} ${answer?.answer.error ?? ''}`;
    } catch (error) {
      // The pod that was to ask may have been replaced while it did.
      why = (error as Error).message;
    }
  }
  throw new Error(`no order is taken: ${why}`);
}

/** Some of everything: what a shop sees on a slow day. Gives back the answers. */
export function slowDay(cluster: Cluster): Promise<readonly Answer[]> {
  return ask(cluster, [
    'GET /',
    'GET /products/kettle',
    'GET /products/teapot',
    'GET /products/mug',
    'GET /products/samovar',
    order('teapot'),
    order('mug', 4),
    order('kettle'),
  ]);
}
