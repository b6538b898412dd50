/** A user of the broker: a SCRAM-SHA-512 principal. Passwords must not hold commas or brackets. */
export type KafkaUser = { readonly name: string; readonly password: string };

/** The name of the user who may do everything. */
export const ADMIN = 'admin';

/** Where the broker listens and what it tells clients; the internal listeners are on loopback and trust it. */
export type BrokerAddresses = {
  /** What clients bind to and are told: `host:port`. */
  readonly clients: { readonly bind: string; readonly advertised: string };
  readonly internal: string;
  readonly controller: string;
  readonly data: string;
};

/** The Java options of a broker that starts quickly and stays small (measured: 1.5 s and 150 MB). */
export const JAVA_OPTIONS: readonly string[] = [
  '-Xms64m',
  '-Xmx192m',
  '-Xss512k',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:MaxMetaspaceSize=128m',
  '-XX:ReservedCodeCacheSize=64m',
];

/** The identity of the one-node cluster; any base64 of 16 bytes will do. */
export const CLUSTER_ID = 'c3RhbmRwaXBlLXRlc3QtMQ';

/** `server.properties` of one broker that is its own controller, with SCRAM and with ACLs on: what no rule allows is refused. */
export function serverProperties({ clients, internal, controller, data }: BrokerAddresses): string {
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': controller,
    listeners: `CLIENT://${clients.bind},INTERNAL://${internal},CONTROLLER://${controller}`,
    'advertised.listeners': `CLIENT://${clients.advertised},INTERNAL://${internal}`,
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INTERNAL',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.client.scram-sha-512.sasl.jaas.config': scram,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${ADMIN};User:ANONYMOUS`, // ANONYMOUS is whoever comes over the loopback listeners
    'allow.everyone.if.no.acl.found': false,
    'auto.create.topics.enable': false,
    'log.dirs': data,
    'log.segment.bytes': 67_108_864,
    'log.index.size.max.bytes': 1_048_576,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'log.cleaner.io.buffer.size': 65_536,
    'num.network.threads': 1,
    'num.io.threads': 2,
    'background.threads': 2,
    'group.coordinator.threads': 1,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The arguments of Kafka's StorageTool that make the data folder, with these users in it from the start. */
export function formatArguments(properties: string, users: readonly KafkaUser[]): readonly string[] {
  const scram = users.flatMap(({ name, password }) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
  return ['format', '--cluster-id', CLUSTER_ID, '--config', properties, '--standalone', '--ignore-formatted', ...scram];
}
