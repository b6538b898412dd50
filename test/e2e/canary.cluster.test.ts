import { afterAll, beforeAll, expect, test } from 'vitest';
import { installOperator } from '../../scripts/demo/platform.ts';
import { messageOf, read, readAll, untilCondition } from '../api/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { settingsName, useSettings, writeSettings } from './controllerSettings.ts';
import { apply, dropNamespace, kubectl, newNamespace } from './kubectl.ts';
import { silentDemo } from './ownCluster.ts';

/** An image of the sidecars that cannot be pulled stops at a pod of the operator's own: no service is touched. */

let namespace = '';
let settings = '';
beforeAll(async () => {
  await installOperator(silentDemo);
  settings = await settingsName();
  namespace = await newNamespace('canary');
});
afterAll(async () => {
  await useSettings(settings);
  await dropNamespace(namespace);
});

interface AppDeployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly template: { readonly metadata: { readonly labels: object } } };
}

const app = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'app',
            image: 'node:24-bookworm-slim',
            command: ['node', '-e', "require('node:http').createServer((_, answer) => answer.end('ok')).listen(8080)"],
            readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            resources: { requests: { cpu: '10m', memory: '32Mi' } },
          },
        ],
      },
    },
  },
};
const microservice = {
  apiVersion: 'standpipe.dev/v1alpha1',
  kind: 'Microservice',
  metadata: { name: 'web' },
  spec: { metrics: { inbound: 'none' } },
};
const podNames = async () =>
  (await readAll<{ metadata: { name: string } }>(namespace, 'pod')).map((p) => p.metadata.name);

test('an image that cannot be pulled marks no workload, and the condition has what the kubelet says', async () => {
  // Nothing listens there, so the pull fails at once.
  await writeSettings('unpullable', { image: 'localhost:1/standpipe/sidecar:none' });
  await useSettings('unpullable');
  await apply(namespace, app);
  await kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=120s']);
  const before = await podNames();
  await apply(namespace, microservice);
  const refused = await eventually(async () => {
    const object = await untilCondition(namespace, 'web', 'Injected', 'SidecarImageNotProven');
    expect(messageOf(object, 'Injected')).toMatch(
      /localhost:1\/standpipe\/sidecar:none: (ErrImagePull|ImagePullBackOff)/,
    );
    return object;
  }, 120_000);
  expect(refused.status?.workload).toBeUndefined();
  const deployment = await read<AppDeployment>(namespace, 'deployment', 'web');
  expect(deployment).toMatchObject({
    metadata: { generation: 1 },
    spec: { template: { metadata: { labels: { app: 'web' } } } },
  });
  expect(deployment.spec.template.metadata.labels).toEqual({ app: 'web' });
  expect(await podNames()).toEqual(before);
  // It is tried again with growing delays; between two trials no pod is left.
  await eventually(async () => expect(await readAll('standpipe-canary', 'pod')).toEqual([]));
});

test('once the image is corrected the workload is marked, and no trial pod is left', async () => {
  await useSettings(settings);
  await eventually(() => untilCondition(namespace, 'web', 'Ready', 'Ready'), 180_000);
  const deployment = await read<AppDeployment>(namespace, 'deployment', 'web');
  expect(deployment.spec.template.metadata.labels).toEqual({ app: 'web', 'standpipe.dev/microservice': 'web' });
  // It takes a second to end.
  await eventually(async () => expect(await readAll('standpipe-canary', 'pod')).toEqual([]));
});
