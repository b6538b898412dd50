import kafkajs, { type Admin } from 'kafkajs';
import type { KafkaUser } from './settings.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;

/** What a user may do: topics and groups by name, or by prefix where the name ends in `*`. */
export type Grant = {
  readonly user: string;
  readonly publish?: readonly string[];
  readonly subscribe?: readonly string[];
  readonly groups?: readonly string[];
};

/** What shall be on a broker. */
export type Provision = {
  readonly topics: readonly { readonly name: string; readonly partitions?: number }[];
  readonly grants: readonly Grant[];
};

type Operation = 'READ' | 'WRITE' | 'DESCRIBE';

/** Connects as that user and does some work with Kafka's admin API; the connection is closed afterwards. */
export async function withAdmin<T>(bootstrap: string, user: KafkaUser, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({
    clientId: 'standpipe-test-admin',
    brokers: [bootstrap],
    sasl: { mechanism: 'scram-sha-512', username: user.name, password: user.password },
    logLevel: logLevel.NOTHING,
    retry: { retries: 5, initialRetryTime: 200 },
  }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function rule(user: string, resourceType: number, resource: string, operation: Operation) {
  const prefixed = resource.endsWith('*') && resource !== '*';
  return {
    resourceType,
    resourceName: prefixed ? resource.slice(0, -1) : resource,
    resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  };
}

/** The ACL entries of a grant. Reading needs Describe too, or clients cannot look up where the leader is. */
export function aclsOf({ user, publish = [], subscribe = [], groups = [] }: Grant) {
  const topic = (name: string, operation: Operation) => rule(user, AclResourceTypes.TOPIC, name, operation);
  return [
    ...publish.flatMap((name) => [topic(name, 'WRITE'), topic(name, 'DESCRIBE')]),
    ...subscribe.flatMap((name) => [topic(name, 'READ'), topic(name, 'DESCRIBE')]),
    ...groups.map((name) => rule(user, AclResourceTypes.GROUP, name, 'READ')),
  ];
}

/** Creates the topics that are not there yet, and the ACL entries; safe to repeat. */
export async function provision(bootstrap: string, admin: KafkaUser, { topics, grants }: Provision): Promise<void> {
  await withAdmin(bootstrap, admin, async (client) => {
    const wanted = topics.map(({ name, partitions = 1 }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: 1,
    }));
    if (wanted.length > 0) await client.createTopics({ topics: wanted, waitForLeaders: true });
    const acl = grants.flatMap(aclsOf);
    if (acl.length > 0) await client.createAcls({ acl });
  });
}
