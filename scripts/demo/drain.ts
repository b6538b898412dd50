import { createInterface } from 'node:readline';
import type { Cluster } from '../../test/cluster/cluster.ts';
import { type Demo, kubectl, page, podOf } from './demo.ts';
import { until } from './event.ts';
import { ask, order } from './traffic.ts';

const burst = 20;

/**
 * Ends a pod of `orders` right after a burst of orders, and shows what its log sidecar reported and which of the last
 * lines are at the sink.
 */
export async function showDrain({ cluster, screen }: Demo): Promise<void> {
  const pod = await podOf(cluster, 'orders');
  const report = terminationMessage(cluster, pod);
  report.catch(() => {}); // awaited below; an error before that must not end the process
  const answers = await ask(
    cluster,
    Array.from({ length: burst }, () => order('mug')),
  );
  const ids = answers.flatMap(({ answer }) => answer.id ?? []);
  const command = ['-n', 'shop', 'delete', 'pod', pod];
  screen.shown(`kubectl ${command.join(' ')}    # right after ${ids.length} orders`, await kubectl(cluster, command));
  screen.say('\nThe last word of its log sidecar, from the pod’s status:');
  screen.shown(`kubectl -n shop get pod ${pod} -w -o jsonpath='{…standpipe-logs…terminated.message}'`, await report);
  await kubectl(cluster, ['-n', 'shop', 'rollout', 'status', 'deployment/orders', '--timeout=120s']);
  const all = () => page(cluster, 'observability', 'services/sink:8080', '/lines?service=orders');
  const arrived = await until(async () => {
    const text = await all();
    return ids.every((id) => text.includes(id)) ? text : '';
  }, `all of the ${ids.length} lines are at the sink`);
  const count = ids.filter((id) => arrived.includes(`created order ${id}`)).length;
  screen.say(`\n${count} of the ${ids.length} lines that the pod wrote before its end are at the sink.`);
  const path = 'jsonpath={.status.drains}';
  const drains = () => kubectl(cluster, ['-n', 'shop', 'get', 'microservice', 'orders', '-o', path]);
  screen.shown(
    `kubectl -n shop get microservice orders -o ${path}`,
    await until(drains, 'the operator has counted the drain'),
  );
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
