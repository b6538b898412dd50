import { join } from 'node:path';
import type { Cluster } from '../cluster.ts';
import { CommandError } from '../command.ts';
import { archives } from '../images/named.ts';
import { type Log, narrated } from '../log.ts';
import type { Provision } from './admin.ts';
import { provisioningProgram, runNodeArguments } from './in-cluster.ts';
import { newUser } from './process.ts';
import { ADMIN, CLUSTER_ID, JAVA_OPTIONS, type KafkaUser, serverProperties } from './settings.ts';

/** Where pods, and commands in the cluster's network, reach the broker: SASL_PLAINTEXT with SCRAM-SHA-512. */
export const BOOTSTRAP = 'kafka.kafka.svc:9092';

/** A broker in a cluster. The passwords are in the Secret `kafka-users` of the namespace `kafka`, one key per user. */
export type KafkaPod = {
  readonly bootstrap: string;
  readonly admin: KafkaUser;
  readonly users: readonly KafkaUser[];
  /** Creates topics and ACL entries; safe to repeat. */
  provision(wanted: Provision): Promise<void>;
};

const NAMESPACE = 'kafka';
const MANIFEST = join(import.meta.dirname, 'kafka.yaml');

async function kubectl(cluster: Cluster, args: readonly string[], input = ''): Promise<string> {
  const command = ['kubectl', ...args];
  const result = await cluster.exec(command, { input });
  if (result.code !== 0) throw new CommandError(command, result);
  return result.stdout;
}

/** What differs from one broker to the next: its settings, and its users' passwords. */
function objects(users: readonly KafkaUser[]): readonly object[] {
  const properties = serverProperties({
    clients: { bind: ':9092', advertised: BOOTSTRAP },
    internal: '127.0.0.1:9091',
    controller: '127.0.0.1:9093',
    data: '/var/lib/kafka/data',
  });
  const data = { 'server.properties': properties, JAVA_OPTIONS: JAVA_OPTIONS.join(' '), CLUSTER_ID };
  const stringData = Object.fromEntries(users.map(({ name, password }) => [name, password]));
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kafka-settings', namespace: NAMESPACE }, data },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kafka-users', namespace: NAMESPACE }, stringData },
  ];
}

/** The users of a broker that is there already: their passwords are made once and kept. */
async function existingUsers(cluster: Cluster): Promise<readonly KafkaUser[]> {
  const found = await kubectl(cluster, [
    '-n',
    NAMESPACE,
    'get',
    'secret',
    'kafka-users',
    '-o',
    'json',
    '--ignore-not-found',
  ]);
  if (found.trim() === '') return [];
  const { data = {} } = JSON.parse(found) as { readonly data?: Readonly<Record<string, string>> };
  return Object.entries(data).map(([name, value]) => ({
    name,
    password: Buffer.from(value, 'base64').toString('utf8'),
  }));
}

async function start(cluster: Cluster, names: readonly string[], log: Log): Promise<readonly KafkaUser[]> {
  await cluster.load(await archives(['kafka', 'node'], log));
  const known = await existingUsers(cluster);
  const users = names.map((name) => known.find((user) => user.name === name) ?? newUser(name));
  if (known.length > 0 && users.some((user) => !known.includes(user))) {
    throw new Error(
      'the broker runs already with other users, which are made when it starts first: delete namespace kafka',
    );
  }
  await kubectl(cluster, ['apply', '--server-side', '-f', MANIFEST]);
  const list = { apiVersion: 'v1', kind: 'List', items: objects(users) };
  await kubectl(cluster, ['apply', '--server-side', '-f', '-'], JSON.stringify(list));
  await kubectl(cluster, ['-n', NAMESPACE, 'rollout', 'status', 'deployment/kafka', '--timeout=180s']);
  return users;
}

/** Starts a broker in the cluster, with an administrator and users of these names; one that is there is used. */
export async function startKafkaPod(cluster: Cluster, userNames: readonly string[], log: Log): Promise<KafkaPod> {
  const work = (): Promise<readonly KafkaUser[]> => start(cluster, [ADMIN, ...userNames], log);
  const [admin = newUser(ADMIN), ...users] = await narrated(log, 'starting Kafka in the cluster', work);
  return {
    bootstrap: BOOTSTRAP,
    admin,
    users,
    async provision(wanted) {
      const program = await provisioningProgram(BOOTSTRAP, admin, wanted);
      await kubectl(cluster, runNodeArguments(NAMESPACE), program);
    },
  };
}
