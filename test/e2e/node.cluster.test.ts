import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricsContainer } from '../../operator/src/api/names.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { messageOf, read, readAll, untilCondition } from '../api/cluster.ts';
import { kill } from '../cluster/process.ts';
import { eventually } from '../support/eventually.ts';
import { dropNamespace, newNamespace } from './kubectl.ts';
import { containerProcesses, ctr, inNodeNetwork, stopKubelet } from './node.ts';
import { silentDemo } from './ownCluster.ts';
import { Traffic } from './traffic.ts';
import { appUrl, containerOf, isReady, runsOf, WebService } from './webService.ts';

/** A node that loses the sidecars' image or its kubelet: what runs goes on. */

const image = 'ghcr.io/standpipe/sidecar:0.1.0';
/** Under this name the layers stay in the node's store: only the name is taken away, which is what the kubelet asks for. */
const kept = 'localhost/kept-sidecar:1';
let web: WebService;

async function sidecarsOf(name: string) {
  const pod = await web.pod(name);
  return (pod.status?.initContainerStatuses ?? []).map(({ containerID, restartCount }) => [containerID, restartCount]);
}

describe.skipIf(!inNodeNetwork)('a node (needs to be in the node’s network)', () => {
  beforeAll(async () => {
    await installOperator(silentDemo);
    const namespace = await newNamespace('node');
    web = new WebService(namespace, 'web');
    await web.deploy({ replicas: 2 });
  });
  afterAll(() => dropNamespace(web.namespace));

  test('a kubelet that is restarted finds all containers as they were, and no request is lost', async () => {
    const before = await web.pods();
    const sidecars = await Promise.all(before.map(({ metadata }) => sidecarsOf(metadata.name)));
    const traffic = new Traffic(await web.url(), { everyMs: 50 });
    const start = await stopKubelet();
    const { metadata } = (await readAll<{ metadata: { name: string } }>('', 'node'))[0] ?? { metadata: { name: '' } };
    const started = new Date();
    start();
    // It renews the node's lease as soon as it runs.
    await eventually(async () => {
      const lease = await read<{ spec: { renewTime: string } }>('kube-node-lease', 'lease', metadata.name);
      expect(Date.parse(lease.spec.renewTime)).toBeGreaterThan(started.getTime());
    });
    await web.scale(3);
    await web.untilInjected(3);
    expect(await traffic.stop()).toEqual([]);
    expect(runsOf(await web.pods())).toEqual(expect.arrayContaining([...runsOf(before)]));
    expect(await Promise.all(before.map(({ metadata }) => sidecarsOf(metadata.name)))).toEqual(sidecars);
  });

  test('without the sidecars’ image running pods run on; a sidecar that dies then, and new pods, wait for it', async () => {
    await web.scale(2);
    await eventually(async () => expect(await web.pods()).toHaveLength(2), 120_000);
    const before = await web.pods();
    const [hit, spared] = before;
    if (hit === undefined || spared === undefined) throw new Error('two pods are needed');
    await ctr('images', 'tag', '--force', image, kept);
    await ctr('images', 'remove', '--sync', image);
    const past = new Traffic(appUrl(hit), { everyMs: 100 });
    try {
      await kill(containerProcesses(containerOf(hit, metricsContainer).containerID ?? '').first);
      await web.scale(3);
      const waiting = /^(ErrImagePull|ImagePullBackOff)$/;
      const reasonOf = async (name: string) =>
        containerOf(await web.pod(name), metricsContainer).state?.waiting?.reason;
      await eventually(async () => {
        const pods = await web.pods();
        const fresh = pods.find(({ metadata }) => !before.some((pod) => pod.metadata.name === metadata.name));
        expect(await reasonOf(hit.metadata.name)).toMatch(waiting);
        expect(await reasonOf(fresh?.metadata.name ?? '')).toMatch(waiting);
        expect(pods.filter(isReady).map(({ metadata }) => metadata.name)).toEqual([spared.metadata.name]);
      });
      const service = new Traffic(await web.url(), { everyMs: 50 });
      await eventually(async () => {
        const told = await untilCondition(web.namespace, 'web', 'Ready', 'SidecarsFailing');
        expect(messageOf(told, 'Ready')).toMatch(/standpipe-metrics of pod web-\S+: its image cannot be pulled$/);
      });
      expect(await service.stop()).toEqual([]);
    } finally {
      await ctr('images', 'tag', '--force', kept, image);
      await ctr('images', 'remove', '--sync', kept);
    }
    const after = await web.untilInjected(3);
    await eventually(() => untilCondition(web.namespace, 'web', 'Ready', 'Ready'));
    expect(await past.stop()).toEqual([]);
    expect(runsOf(after)).toEqual(expect.arrayContaining([...runsOf(before)]));
  });
});
