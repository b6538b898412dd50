import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Demo, kubectl, root, tryKubectl } from './demo.ts';

const folder = join(root, 'examples', 'shop');
const services = ['front', 'orders', 'shipping'];
const patience = '--timeout=180s';
const patienceMs = 60_000;

/** Applies the shop's own Deployments and waits for them. Gives back whether they were there before. */
export async function deployShop({ cluster }: Demo): Promise<boolean> {
  const known = await tryKubectl(cluster, ['-n', 'shop', 'get', 'microservice', 'front']);
  await kubectl(cluster, ['apply', '-f', join(folder, '00-namespace.yaml'), '-f', join(folder, 'services.yaml')]);
  await rolledOut({ cluster });
  return known.code === 0;
}

/** Applies the Microservices and waits until all that they declare is in place and every pod is a new one. */
export async function declareMicroservices({ cluster }: Demo): Promise<void> {
  await kubectl(cluster, ['apply', '-f', join(folder, 'microservices.yaml')]);
  const names = services.map((service) => `microservice/${service}`);
  await kubectl(cluster, ['-n', 'shop', 'wait', '--for=condition=Ready', patience, ...names]);
  await rolledOut({ cluster });
  await oldPodsGone({ cluster });
}

/** A rollout is complete while the last old pods still end. Waiting for them keeps what is shown simple. */
async function oldPodsGone({ cluster }: Pick<Demo, 'cluster'>): Promise<void> {
  const path = 'jsonpath={.items[*].metadata.deletionTimestamp}';
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(500)) {
    if ((await kubectl(cluster, ['-n', 'shop', 'get', 'pods', '-o', path])) === '') return;
  }
}

async function rolledOut({ cluster }: Pick<Demo, 'cluster'>): Promise<void> {
  for (const service of services) {
    await kubectl(cluster, ['-n', 'shop', 'rollout', 'status', `deployment/${service}`, patience]);
  }
}
