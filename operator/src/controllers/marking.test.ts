import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { Client } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { readSettings } from '../plan/settings.ts';
import { microservice, plan } from '../plan/testing/builders.ts';
import { WebhookCanary } from './canary.ts';
import { ImageCanary } from './imageCanary.ts';
import { Marker } from './marking.ts';
import { workload } from './testing/builders.ts';

/** A marker whose API server does not exist: what is decided here is decided without a call. */
function offlineMarker(): Marker {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'none', server: 'http://127.0.0.1:1', skipTLSVerify: false },
    { name: 'nobody' },
  );
  const client = new Client(config);
  const namespace = 'standpipe-canary';
  const images = new ImageCanary({ client, clock: systemClock, namespace, enabled: true, runs: () => false });
  return new Marker(client, new WebhookCanary(client, namespace, readSettings(undefined)), images);
}

const marked = (name: string, revision: string) => {
  const metadata = {
    labels: { 'standpipe.dev/microservice': name },
    annotations: { 'standpipe.dev/revision': revision },
  };
  return workload('Deployment', { template: { metadata, spec: { containers: [] } } });
};
const manual = microservice({ rollout: { restart: 'manual', onCredentials: 'reload' } });

test.each([
  ['it has the marks', microservice(), marked('orders', 'r1'), { marked: true, reason: 'Injected' }],
  [
    'rollouts are manual and it has no marks',
    manual,
    workload('Deployment'),
    { marked: false, reason: 'RestartManual' },
  ],
  [
    'rollouts are manual and it has older marks',
    manual,
    marked('orders', 'r0'),
    { marked: true, reason: 'RestartManual' },
  ],
  [
    "rollouts are manual and it has another's marks",
    manual,
    marked('x', 'r1'),
    { marked: false, reason: 'RestartManual' },
  ],
] as const)('a workload is left as it is where %s', async (_, of, target, marking) => {
  const begin = () => Promise.reject(new Error('no rollout begins'));
  const order = { microservice: of, workload: target, plan: plan(), revision: 'r1', hasRun: false, begin };
  expect(await offlineMarker().mark(order, AbortSignal.timeout(1000))).toEqual(marking);
});

test('marks that somebody else put there are not taken off', async () => {
  const theirs = [marked('orders', 'r1'), workload('CronJob')];
  await offlineMarker().unmark(microservice().metadata, undefined, theirs, AbortSignal.timeout(1000));
});
