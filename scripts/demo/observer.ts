import type { Cluster } from '../../test/cluster/cluster.ts';
import { nodeProgram, runNodeArguments } from '../../test/cluster/kafka/in-cluster.ts';
import { BOOTSTRAP } from '../../test/cluster/kafka/pod.ts';
import { ADMIN } from '../../test/cluster/kafka/settings.ts';
import { kubectl } from './demo.ts';
import type { Search } from './readTopic.ts';

/**
 * Finds a record in a topic, as the broker's administrator and with a client of its own. The broker is reached from pods
 * only, so the program is piped into a Node in a pod.
 */
export async function findRecord(cluster: Cluster, topic: string, key: string, timeoutMs: number): Promise<string> {
  const path = `jsonpath={.data.${ADMIN}}`;
  const secret = await kubectl(cluster, ['-n', 'kafka', 'get', 'secret', 'kafka-users', '-o', path]);
  const user = { name: ADMIN, password: Buffer.from(secret, 'base64').toString('utf8') };
  const program = await programFor({ bootstrap: BOOTSTRAP, user, topic, key, timeoutMs });
  return kubectl(cluster, runNodeArguments('kafka'), program);
}

function programFor(search: Search): Promise<string> {
  const source = `import { readRecord } from './readTopic.ts';
readRecord(${JSON.stringify(search)}).then(console.log, ({ message }) => {
  console.error(message);
  process.exitCode = 1;
});`;
  return nodeProgram(source, import.meta.dirname);
}
