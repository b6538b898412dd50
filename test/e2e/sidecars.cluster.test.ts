import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logsContainer, metricsContainer } from '../../operator/src/api/names.ts';
import type { Pod } from '../../operator/src/kube/builtin.ts';
import { installOperator } from '../../scripts/demo/platform.ts';
import { kill } from '../cluster/process.ts';
import { eventually } from '../support/eventually.ts';
import { dropNamespace, newNamespace } from './kubectl.ts';
import { TestLogSink } from './logSink.ts';
import { containerProcesses, inNodeNetwork } from './node.ts';
import { silentDemo } from './ownCluster.ts';
import { Traffic } from './traffic.ts';
import { appUrl, containerOf, isReady, podUrl, runsOf, WebService } from './webService.ts';

/**
 * What a service loses when a sidecar of one of its pods is killed. What each case costs and why:
 * docs/design/2026-11-24-what-failures-cost.md.
 */

const { logs } = silentDemo;
/** Without a Fluent Bit the settings turn the log sidecar off. */
const needsLogs = test.skipIf(!logs);
let web: WebService;
let sink: TestLogSink;

/** Kills the first process of a container, and with it the container. */
async function killContainer(pod: Pod, container: string): Promise<void> {
  const { containerID = '' } = containerOf(await web.pod(pod.metadata.name), container);
  await kill(containerProcesses(containerID).first);
}

/** Waits until a container has been started again so many times, and the pod is ready with it. */
function restarted(pod: Pod, container: string, times: number): Promise<Pod> {
  return eventually(async () => {
    const now = await web.pod(pod.metadata.name);
    expect(containerOf(now, container)).toMatchObject({ restartCount: times, ready: true });
    expect(now.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    return now;
  }, 120_000);
}

/** Kills a container as often as it is started, until the kubelet has let it wait for twenty seconds. */
async function killThreeTimes(pod: Pod, container: string): Promise<void> {
  for (const times of [1, 2, 3]) {
    await killContainer(pod, container);
    await restarted(pod, container, times);
  }
}

/** Waits until the kubelet says that it lets a container wait. */
function backedOff(pod: Pod, container: string): Promise<void> {
  return eventually(async () => {
    const { state } = containerOf(await web.pod(pod.metadata.name), container);
    expect(state?.waiting?.reason).toBe('CrashLoopBackOff');
  }, 60_000);
}

/** Waits until the line of every answered request is at the sink. */
function linesArrived(traffic: Traffic): Promise<void> {
  return eventually(async () => {
    const lines = await sink.lines('web');
    expect(traffic.outcomes.filter(({ line }) => !lines.includes(`line ${line}"`))).toEqual([]);
  });
}

const pace = { everyMs: 100 };

describe.skipIf(!inNodeNetwork)('sidecars that are killed (needs to be in the node’s network)', () => {
  beforeAll(async () => {
    await installOperator(silentDemo);
    const namespace = await newNamespace('sidecars');
    web = new WebService(namespace, 'web');
    sink = new TestLogSink(namespace);
    await sink.deploy();
    const logging = { source: 'stdout', sinkName: sink.name };
    await web.deploy({ replicas: 3, spec: logs ? { logging } : {} });
  });
  afterAll(async () => {
    await sink.drop();
    await dropNamespace(web.namespace);
  });

  test('sidecars that are killed again and again cost only connections to that pod’s tapped port', async () => {
    const before = await web.pods();
    const [measured, logged, spared] = before;
    if (measured === undefined || logged === undefined || spared === undefined)
      throw new Error('three pods are needed');
    const service = new Traffic(await web.url(), pace);
    const read = new Traffic(podUrl(logged), { ...pace, lines: true });
    const unharmed = {
      'past the metrics sidecar that is killed': new Traffic(appUrl(measured), pace),
      'to the pod whose log sidecar is killed': read,
      'by one connection to the pod whose log sidecar is killed': new Traffic(podUrl(logged), {
        ...pace,
        keepAlive: true,
      }),
      'by one connection to a pod in which nothing is killed': new Traffic(podUrl(spared), {
        ...pace,
        keepAlive: true,
      }),
    };
    const killing = Promise.all([
      killThreeTimes(measured, metricsContainer),
      logs ? killThreeTimes(logged, logsContainer) : undefined,
    ]);
    // While the kubelet waits, the pod is out of its Service: nobody is sent there any more.
    await backedOff(measured, metricsContainer);
    const meanwhile = new Traffic(await web.url(), pace);
    await eventually(async () => expect(meanwhile.outcomes.length).toBeGreaterThan(30));
    const lostMeanwhile = await meanwhile.stop();
    await killing;

    const lost = await service.stop();
    for (const [what, traffic] of Object.entries(unharmed)) expect(await traffic.stop(), what).toEqual([]);
    expect(lostMeanwhile).toEqual([]);
    // What failed was told so at once: nothing hung, nothing was answered wrongly.
    for (const { failure } of lost) expect(failure).toMatch(/^ECONN(REFUSED|RESET)$/);
    expect(runsOf(await web.pods())).toEqual(runsOf(before));
    if (logs) await linesArrived(read);
  });

  needsLogs('a Fluent Bit that is killed is started again in place, and no line is lost', async () => {
    const before = await web.pods();
    const traffic = new Traffic(await web.url(), { everyMs: 50, lines: true });
    for (const pod of before) {
      const { containerID = '' } = containerOf(pod, logsContainer);
      for (const times of [1, 2]) {
        const { others } = containerProcesses(containerID);
        await Promise.all(others.map((process) => kill(process)));
        await eventually(async () => expect(containerProcesses(containerID).others, `start ${times}`).toHaveLength(1));
      }
    }
    expect(await traffic.stop()).toEqual([]);
    await linesArrived(traffic);
    const after = await web.pods();
    expect(after.map((pod) => containerOf(pod, logsContainer).containerID)).toEqual(
      before.map((pod) => containerOf(pod, logsContainer).containerID),
    );
    expect(after.filter(isReady)).toHaveLength(before.length);
  });
});
