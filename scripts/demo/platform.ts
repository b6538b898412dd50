import { join } from 'node:path';
import { startKafkaPod } from '../../test/cluster/kafka/pod.ts';
import type { Log } from '../../test/cluster/log.ts';
import { type Demo, kubectl, root } from './demo.ts';
import { renewPods } from './renew.ts';

/** What the platform team does once, before any service is there. */

const namespace = 'standpipe-system';
/** The kustomization that installs the operator. */
const overlayOf = ({ logs }: Demo): string => join(root, logs ? 'deploy/overlays/demo' : 'scripts/demo/without-logs');
const patience = '--timeout=180s';

/** The kinds of Standpipe, and the operator with its webhook. */
export async function installOperator(demo: Demo): Promise<void> {
  const { cluster } = demo;
  await kubectl(cluster, ['apply', '--server-side', '-f', join(root, 'crds')]);
  const kinds = ['crd', '-l', 'app.kubernetes.io/part-of=standpipe'];
  await kubectl(cluster, ['wait', '--for=condition=Established', patience, ...kinds]);
  await kubectl(cluster, ['apply', '--server-side', '-k', overlayOf(demo)]);
  await renewPods(demo);
  for (const deployment of ['standpipe-webhook', 'standpipe-controller']) {
    await kubectl(cluster, ['-n', namespace, 'rollout', 'status', `deployment/${deployment}`, patience]);
  }
}

/** A Kafka broker with a topic and a user for the shop, whose password goes where only the operator reads it. */
export async function startBroker({ cluster }: Demo, log: Log): Promise<void> {
  const kafka = await startKafkaPod(cluster, ['shop'], log);
  await kafka.provision({
    topics: [{ name: 'orders.created', partitions: 3 }],
    grants: [{ user: 'shop', publish: ['orders.*'], subscribe: ['orders.*'], groups: ['shop.*'] }],
  });
  const [user] = kafka.users;
  const stringData = { username: user?.name ?? '', password: user?.password ?? '' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'main-shop', namespace }, stringData };
  await kubectl(cluster, ['apply', '--server-side', '-f', '-'], JSON.stringify(secret));
}

/** The sink, and the Broker and LogSink that services may name. */
export async function applyPlatform({ cluster }: Demo): Promise<void> {
  const shop = join(root, 'examples', 'shop');
  await kubectl(cluster, ['apply', '-f', join(shop, 'sink'), '-f', join(shop, 'platform.yaml')]);
  await kubectl(cluster, ['-n', 'observability', 'rollout', 'status', 'deployment/sink', patience]);
  for (const object of ['brokers.standpipe.dev/main', 'logsinks.standpipe.dev/central']) {
    await kubectl(cluster, ['wait', '--for=condition=Ready', patience, object]);
  }
}
