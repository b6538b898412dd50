import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricsContainer } from '../../operator/src/api/names.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { untilCondition } from '../api/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { settingsName, useSettings, writeSettings } from './controllerSettings.ts';
import { dropNamespace, newNamespace } from './kubectl.ts';
import { ctr, inNodeNetwork } from './node.ts';
import { silentDemo } from './ownCluster.ts';
import { Traffic } from './traffic.ts';
import { runsOf, WebService } from './webService.ts';

/** The platform changes the sidecars' image and back again: what runs is touched only if the settings say so. */

const image = 'ghcr.io/standpipe/sidecar:0.1.0';
const next = `${image}-next`;
let changes = 0;
let installed = '';
let web: WebService;
let traffic: Traffic;

/** Has the controller start with these settings, as a change of the platform team's overlay does. */
async function change(settings: object): Promise<void> {
  // Another name each time, as kustomize gives to changed content: only another pod template restarts the controller.
  const name = `upgrade-test-${++changes}`;
  await writeSettings(name, { logs: { enabled: silentDemo.logs }, ...settings });
  await useSettings(name);
}

const condition = (type: string, reason: string) =>
  eventually(() => untilCondition(web.namespace, 'web', type, reason), 120_000);

/** Waits until all pods are injected, with this image and no other. */
function untilImage(wanted: string): Promise<void> {
  return eventually(async () => {
    const pods = await web.untilInjected(2);
    const images = pods.flatMap(({ spec }) => (spec?.initContainers ?? []).filter((c) => c.name === metricsContainer));
    expect(images.map(({ image }) => image)).toEqual([wanted, wanted]);
  }, 120_000);
}

describe.skipIf(!inNodeNetwork)('the sidecars’ image (needs to be in the node’s network)', () => {
  beforeAll(async () => {
    await ctr('images', 'tag', '--force', image, next);
    await installOperator(silentDemo);
    installed = await settingsName();
    const namespace = await newNamespace('upgrade');
    web = new WebService(namespace, 'web');
    await web.deploy({ replicas: 2 });
    traffic = new Traffic(await web.url(), { everyMs: 50 });
  });
  afterAll(async () => {
    await traffic.stop();
    await useSettings(installed);
    await dropNamespace(web.namespace);
    await ctr('images', 'remove', '--sync', next);
  });

  test('another sidecar image restarts nothing by itself, and the condition says that it waits', async () => {
    const before = runsOf(await web.pods());
    await change({ image: next });
    await condition('Injected', 'PlatformStale');
    await condition('Ready', 'Ready');
    expect(runsOf(await web.pods())).toEqual(before);
  });

  test('where the settings ask for waves the pods get it, without a lost request', async () => {
    await change({ image: next, platformRollouts: 'waves' });
    await untilImage(next);
    await condition('Ready', 'Ready');
  });

  test('and the one before comes back in the same way', async () => {
    const before = runsOf(await web.pods());
    await change({ image });
    await condition('Injected', 'PlatformStale');
    expect(runsOf(await web.pods())).toEqual(before);
    await change({ image, platformRollouts: 'waves' });
    await untilImage(image);
    await condition('Ready', 'Ready');
    expect(await traffic.stop()).toEqual([]);
  });
});
