import { createInterface } from 'node:readline';
import type { Cluster } from '../../test/cluster/cluster.ts';
import { type Demo, kubectl, podOf } from './demo.ts';
import { until } from './event.ts';
import { linesAtSink } from './sink.ts';
import { ask, order } from './traffic.ts';

const burst = 20;

/** How a pod ended. */
export interface Ending {
  readonly pod: string;
  /** The orders that it took right before. */
  readonly orders: readonly string[];
  /** What its log sidecar left as its termination message: JSON. */
  readonly report: string;
}

/** Ends a pod of `orders` right after a burst of orders. */
export async function endPod(cluster: Cluster): Promise<Ending> {
  const pod = await podOf(cluster, 'orders');
  const report = terminationMessage(cluster, pod);
  report.catch(() => {}); // awaited below; an error before that must not end the process
  const answers = await ask(
    cluster,
    Array.from({ length: burst }, () => order('mug')),
  );
  await kubectl(cluster, ['-n', 'shop', 'delete', 'pod', pod]);
  return { pod, orders: answers.flatMap(({ answer }) => answer.id ?? []), report: await report };
}

/** How many of these orders have their line at the sink; waits until all have. */
export async function ordersAtSink(cluster: Cluster, orders: readonly string[]): Promise<number> {
  const created = (lines: string) => orders.filter((id) => lines.includes(`created order ${id}`)).length;
  const all = async () => {
    const lines = await linesAtSink(cluster, 'orders');
    return created(lines) === orders.length ? lines : '';
  };
  return created(await until(all, `all of the ${orders.length} lines are at the sink`));
}

/** Ends a pod, and shows what its log sidecar reported and which of its last lines are at the sink. */
export async function showDrain({ cluster, screen }: Demo): Promise<void> {
  const { pod, orders, report } = await endPod(cluster);
  screen.shown(`kubectl -n shop delete pod ${pod}    # right after ${orders.length} orders`, '');
  screen.say('\nThe last word of its log sidecar, from the pod’s status:');
  screen.shown(`kubectl -n shop get pod ${pod} -w -o jsonpath='{…standpipe-logs…terminated.message}'`, report);
  await kubectl(cluster, ['-n', 'shop', 'rollout', 'status', 'deployment/orders', '--timeout=120s']);
  const count = await ordersAtSink(cluster, orders);
  screen.say(`\n${count} of the ${orders.length} lines that the pod wrote before its end are at the sink.`);
  const path = 'jsonpath={.status.drains}';
  const drains = () => kubectl(cluster, ['-n', 'shop', 'get', 'microservice', 'orders', '-o', path]);
  screen.shown(`kubectl -n shop get microservice orders -o ${path}`, await until(drains, 'the drain is counted'));
}

/** The termination message of the pod's log sidecar. The pod is watched: it is gone soon after the message is there. */
async function terminationMessage(cluster: Cluster, pod: string): Promise<string> {
  const path = '{.status.initContainerStatuses[?(@.name=="standpipe-logs")].state.terminated.message}{"\\n"}';
  const command = ['kubectl', '-n', 'shop', 'get', 'pod', pod, '-w', '-o', `jsonpath=${path}`];
  const watch = cluster.spawn(command, { stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => watch.kill(), 90_000);
  try {
    if (watch.stdout === null) throw new Error('kubectl has no output');
    for await (const line of createInterface({ input: watch.stdout })) if (line.startsWith('{')) return line;
    throw new Error(`the log sidecar of ${pod} left no report`);
  } finally {
    clearTimeout(timer);
    watch.kill();
  }
}
