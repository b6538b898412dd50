import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installOperator } from '../../scripts/demo/platform.ts';
import { untilCondition } from '../api/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { dropNamespace, newNamespace } from './kubectl.ts';
import { inNodeNetwork } from './node.ts';
import { killOperator, leader, operatorPods, scaleOperator } from './operatorPods.ts';
import { silentDemo } from './ownCluster.ts';
import { Traffic } from './traffic.ts';
import { isInjected, isReady, runsOf, WebService } from './webService.ts';

/** Whatever is killed of the operator: services do not notice, and what was missed is made good. */

let web: WebService;
let traffic: Traffic;

const ready = () => eventually(() => untilCondition(web.namespace, 'web', 'Ready', 'Ready'), 120_000);

describe.skipIf(!inNodeNetwork)('an operator whose pods are killed (needs to be in the node’s network)', () => {
  beforeAll(async () => {
    await installOperator(silentDemo);
    await Promise.all([scaleOperator('controller', 2), scaleOperator('webhook', 2)]);
    const namespace = await newNamespace('operator');
    web = new WebService(namespace, 'web');
    await web.deploy({ replicas: 2 });
    traffic = new Traffic(await web.url(), { everyMs: 50 });
  });
  afterAll(async () => {
    const lost = await traffic.stop();
    await dropNamespace(web.namespace);
    await Promise.all([scaleOperator('controller', 1), scaleOperator('webhook', 1)]);
    expect(lost).toEqual([]);
  });

  test('killed one after the other, controllers and webhooks leave pods alone, and new pods get their sidecars', async () => {
    const before = runsOf(await web.pods());
    const leading = await leader();
    const [waiting] = (await operatorPods('controller')).filter(
      ({ metadata }) => metadata.uid !== leading.metadata.uid,
    );
    const victims = [leading, ...(waiting === undefined ? [] : [waiting]), ...(await operatorPods('webhook'))];
    expect(victims).toHaveLength(4);
    for (const [index, victim] of victims.entries()) {
      const back = await killOperator(victim);
      await web.scale(3 + index);
      await back();
    }
    const after = runsOf(await web.untilInjected(6));
    expect(after).toEqual(expect.arrayContaining([...before]));
    await ready();
  });

  test('while both webhooks are dead new pods come up bare; when they are back these are replaced, and no others', async () => {
    await web.scale(2);
    await eventually(async () => expect(await web.pods()).toHaveLength(2), 120_000);
    const before = runsOf(await web.pods());
    await scaleOperator('webhook', 0);
    await web.scale(3);
    await web.rolledOut();
    const bare = (await web.pods()).filter((pod) => !isInjected(pod));
    expect(bare.filter(isReady)).toHaveLength(1);

    await scaleOperator('webhook', 2);
    const after = runsOf(await web.untilInjected(3));
    expect(after).toEqual(expect.arrayContaining([...before]));
    await ready();
  });

  test('an operator that was gone altogether starts from nothing and restarts nothing', async () => {
    const before = runsOf(await web.pods());
    await Promise.all([scaleOperator('controller', 0), scaleOperator('webhook', 0)]);
    await Promise.all([scaleOperator('controller', 2), scaleOperator('webhook', 2)]);
    await ready();
    await web.scale(4);
    const after = runsOf(await web.untilInjected(4));
    expect(after).toEqual(expect.arrayContaining([...before]));
  });
});
