import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../test/cluster/command.ts';
import { BOOTSTRAP } from '../../test/cluster/kafka/pod.ts';
import { ADMIN } from '../../test/cluster/kafka/settings.ts';
import { type Demo, kubectl } from './demo.ts';

const reader = join(import.meta.dirname, 'readTopic.ts');
const patienceMs = 30_000;

/** Follows one order from the service that created it through Kafka to the service that shipped it. */
export async function showEvent({ cluster, screen }: Demo, id: string): Promise<void> {
  const logged = await kubectl(cluster, ['-n', 'shop', 'logs', 'deploy/orders', '-c', 'app', '--tail=200']);
  screen.shown(`kubectl -n shop logs deploy/orders -c app | grep ${id}`, grep(logged, id));
  const admin = await kubectl(cluster, [
    '-n',
    'kafka',
    'get',
    'secret',
    'kafka-users',
    '-o',
    `jsonpath={.data.${ADMIN}}`,
  ]);
  const user = { name: ADMIN, password: Buffer.from(admin, 'base64').toString('utf8') };
  const input = JSON.stringify({ bootstrap: BOOTSTRAP, user, topic: 'orders.created', key: id, timeoutMs: patienceMs });
  const read = await cluster.exec([process.execPath, reader], { input });
  if (read.code !== 0) throw new CommandError(['reading', 'orders.created'], read);
  screen.say('\nThe record in the topic, read by an observer of its own:');
  screen.shown(`(record of orders.created with key ${id})`, read.stdout);
  const file = '/var/log/shipping/shipping.log';
  const command = ['-n', 'shop', 'exec', 'deploy/shipping', '-c', 'app', '--', 'cat', file];
  const shipped = await until(
    async () => grep(await kubectl(cluster, command), `shipped order ${id}`),
    `${id} is shipped`,
  );
  screen.shown(`kubectl ${command.join(' ')} | grep ${id}`, shipped);
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
