import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../test/cluster/cluster.ts';
import { type Demo, kubectl } from './demo.ts';
import { findRecord } from './observer.ts';

const patienceMs = 60_000;
const shippingLog = [
  '-n',
  'shop',
  'exec',
  'deploy/shipping',
  '-c',
  'app',
  '--',
  'cat',
  '/var/log/shipping/shipping.log',
];

/** Follows one order from the service that created it through Kafka to the service that shipped it. */
export async function showEvent({ cluster, screen }: Demo, id: string): Promise<void> {
  const logged = await kubectl(cluster, ['-n', 'shop', 'logs', 'deploy/orders', '-c', 'app', '--tail=200']);
  screen.shown(`kubectl -n shop logs deploy/orders -c app | grep ${id}`, grep(logged, id));
  const record = await findRecord(cluster, 'orders.created', id, patienceMs);
  screen.shown(`(the record of topic orders.created, read by another client)`, record);
  screen.shown(`kubectl ${shippingLog.join(' ')} | grep ${id}`, await shippedLine(cluster, id));
}

/** The line with which `shipping` says that it has shipped the order; waits for it. */
export function shippedLine(cluster: Cluster, id: string): Promise<string> {
  const ask = async () => grep(await kubectl(cluster, shippingLog), `shipped order ${id}`);
  return until(ask, `order ${id} is shipped`);
}

function grep(text: string, part: string): string {
  return text
    .split('\n')
    .filter((line) => line.includes(part))
    .join('\n');
}

/** Asks until there is something to show. */
export async function until(ask: () => Promise<string>, what: string): Promise<string> {
  for (const end = Date.now() + patienceMs; ; await sleep(500)) {
    const answer = await ask();
    if (answer !== '') return answer;
    if (Date.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain until ${what}`);
  }
}
