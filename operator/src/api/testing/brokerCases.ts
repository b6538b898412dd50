import { type Case, caseMaker, long, many, type Spec } from './cases.ts';

const kafka = { bootstrap: ['b-1.example:9096'] };
const managed = { mode: 'managed', managed: { adminSecretName: 'main-admin' } };
const { accepts, rejects, named, whole } = caseMaker('Broker', { kafka, principals: managed });

const reached: readonly Case[] = [
  named('a name of 63 characters', long(63)),
  named('a name with a dot', 'main.eu', ['metadata.name', 'becomes part of other names']),
  named('a name of 64 characters', long(64), ['metadata.name']),
  whole('an object without a spec', {}, ['spec', 'required']),
  whole('an empty spec', { spec: {} }, ['spec.kafka', 'required'], ['spec.principals', 'required']),
  accepts('several bootstrap servers', {
    kafka: { bootstrap: ['b-1.example:9096', '10.0.0.1:9092', '[fd00::1]:9092'] },
  }),
  rejects('no bootstrap server', { kafka: { bootstrap: [] } }, ['spec.kafka.bootstrap']),
  rejects('a bootstrap server without a port', { kafka: { bootstrap: ['b-1.example'] } }, [
    'spec.kafka.bootstrap[0]',
    'a host and a port',
  ]),
  rejects('a bootstrap server with a scheme', { kafka: { bootstrap: ['kafka://b-1.example:9092'] } }, [
    'spec.kafka.bootstrap[0]',
    'without a scheme',
  ]),
  rejects('a bootstrap server with port 65536', { kafka: { bootstrap: ['b-1.example:65536'] } }, [
    'spec.kafka.bootstrap[0]',
    'at most 65535',
  ]),
  accepts('a bootstrap server with port 65535', { kafka: { bootstrap: ['b-1.example:65535'] } }),
  rejects('two bootstrap servers in one text', { kafka: { bootstrap: ['a:1,b:2'] } }, ['spec.kafka.bootstrap[0]']),
  rejects('a bootstrap server twice', { kafka: { bootstrap: ['a:1', 'a:1'] } }, ['spec.kafka.bootstrap[1]']),
  rejects('a protocol in capitals', { kafka: { ...kafka, security: 'SASL_SSL' } }, ['spec.kafka.security']),
  accepts('both SCRAM mechanisms', { kafka: { ...kafka, mechanisms: ['scram-sha-512', 'scram-sha-256'] } }),
  rejects('a mechanism that does not exist', { kafka: { ...kafka, mechanisms: ['gssapi'] } }, [
    'spec.kafka.mechanisms[0]',
  ]),
  rejects('managed principals with plain only', { kafka: { ...kafka, mechanisms: ['plain'] } }, [
    'spec.kafka.mechanisms',
    'makes SCRAM credentials',
  ]),
  accepts('a CA with a key of its own', { kafka: { ...kafka, ca: { secretName: 'msk-ca', key: 'root.pem' } } }),
  rejects('a CA without TLS', { kafka: { ...kafka, security: 'sasl_plaintext', ca: { secretName: 'a' } } }, [
    'spec.kafka.ca',
    'used only with TLS',
  ]),
  rejects('a CA in a namespace', { kafka: { ...kafka, ca: { secretName: 'a', namespace: 'b' } } }, [
    'spec.kafka.ca.namespace',
    'unknown field',
  ]),
  rejects('a CA whose Secret is a path', { kafka: { ...kafka, ca: { secretName: 'b/a' } } }, [
    'spec.kafka.ca.secretName',
    "operator's namespace",
  ]),
  rejects('a CA whose key is a path', { kafka: { ...kafka, ca: { secretName: 'a', key: '../token' } } }, [
    'spec.kafka.ca.key',
    'a key of the Secret',
  ]),
];

const by = (principals: Spec, security = 'sasl_ssl'): Spec => ({ kafka: { ...kafka, security }, principals });
const strimzi = { namespace: 'kafka', cluster: 'main' };
const iam = {
  region: 'eu-west-1',
  clusterArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/main/0f5c7d1e-2',
  rolePattern: 'arn:aws:iam::123456789012:role/{namespace}-{microservice}',
};
const external = (secretNamePattern: string): Spec => by({ mode: 'external', external: { secretNamePattern } });

const principals: readonly Case[] = [
  accepts('managed principals that rotate', by({ ...managed, managed: { adminSecretName: 'a', rotateEvery: '720h' } })),
  accepts('a shared principal', by({ mode: 'shared', shared: { secretName: 'main-shared' } }, 'sasl_plaintext')),
  accepts('external principals', external('{microservice}-{binding}-{broker}-kafka')),
  accepts(
    'external principals whose rights are kept',
    by({ mode: 'external', external: { secretNamePattern: '{microservice}', adminSecretName: 'a' } }),
  ),
  accepts('Strimzi with SCRAM', by({ mode: 'strimzi', strimzi })),
  accepts('Strimzi with TLS', by({ mode: 'strimzi', strimzi: { ...strimzi, authentication: 'tls' } }, 'ssl')),
  accepts('IAM', by({ mode: 'iam', iam: { ...iam, audience: 'sts.amazonaws.com' } })),
  accepts('no login', by({ mode: 'none' }, 'plaintext')),
  accepts('no login with an empty member', by({ mode: 'none', none: {} }, 'ssl')),
  rejects('a mode that does not exist', by({ mode: 'mtls' }), ['spec.principals.mode']),
  rejects('no mode', by({}), ['spec.principals.mode', 'required']),
  rejects('managed without its member', by({ mode: 'managed' }), ['spec.principals.managed', 'belong together']),
  rejects('shared without its member', by({ mode: 'shared' }), ['spec.principals.shared', 'belong together']),
  rejects('external without its member', by({ mode: 'external' }), ['spec.principals.external', 'belong together']),
  rejects('strimzi without its member', by({ mode: 'strimzi' }), ['spec.principals.strimzi', 'belong together']),
  rejects('iam without its member', by({ mode: 'iam' }), ['spec.principals.iam', 'belong together']),
  rejects('the member none beside another', by({ ...managed, none: {} }), ['spec.principals.none', 'leave it out']),
  rejects('two members', by({ ...managed, iam }), ['spec.principals.iam', 'belong together']),
  rejects('none with a login', by({ mode: 'none' }), ['spec.kafka.security', 'logs in nowhere']),
  rejects('managed without a login', by(managed, 'plaintext'), ['spec.kafka.security', 'log in by SASL']),
  rejects('iam without TLS', by({ mode: 'iam', iam }, 'sasl_plaintext'), ['spec.kafka.security', 'iam needs']),
  rejects(
    'Strimzi with TLS on a SASL listener',
    by({ mode: 'strimzi', strimzi: { ...strimzi, authentication: 'tls' } }),
    ['spec.kafka.security', 'must fit'],
  ),
  rejects('an admin Secret in a namespace', by({ ...managed, managed: { adminSecretName: 'a/b' } }), [
    'spec.principals.managed.adminSecretName',
    "operator's namespace",
  ]),
  rejects('a rotation each minute', by({ ...managed, managed: { adminSecretName: 'a', rotateEvery: '1m' } }), [
    'spec.principals.managed.rotateEvery',
    'from 1h',
  ]),
  rejects('a rotation in days', by({ ...managed, managed: { adminSecretName: 'a', rotateEvery: '30d' } }), [
    'spec.principals.managed.rotateEvery',
  ]),
  rejects('a shared Secret in a namespace', by({ mode: 'shared', shared: { secretName: 'a/b' } }), [
    'spec.principals.shared.secretName',
    "operator's namespace",
  ]),
  rejects('a pattern that names every service the same', external('kafka'), [
    'spec.principals.external.secretNamePattern',
    'contains {microservice}',
  ]),
  rejects('a pattern with a foreign placeholder', external('{microservice}-{namespace}'), [
    'spec.principals.external.secretNamePattern',
  ]),
  rejects('a pattern with a slash', external('other/{microservice}'), ['spec.principals.external.secretNamePattern']),
  rejects(
    'an external admin Secret in a namespace',
    by({ mode: 'external', external: { secretNamePattern: '{microservice}', adminSecretName: 'a/b' } }),
    ['spec.principals.external.adminSecretName', "operator's namespace"],
  ),
  rejects("a namespace of Strimzi's with a slash", by({ mode: 'strimzi', strimzi: { ...strimzi, namespace: 'a/b' } }), [
    'spec.principals.strimzi.namespace',
    'name of a namespace',
  ]),
  rejects('a Kafka object with capitals', by({ mode: 'strimzi', strimzi: { ...strimzi, cluster: 'Main' } }), [
    'spec.principals.strimzi.cluster',
    'name of a Kafka object',
  ]),
  rejects('a region that is a zone', by({ mode: 'iam', iam: { ...iam, region: 'eu-west-1a' } }), [
    'spec.principals.iam.region',
    'an AWS region',
  ]),
  rejects('the ARN of something else', by({ mode: 'iam', iam: { ...iam, clusterArn: 'arn:aws:s3:::main' } }), [
    'spec.principals.iam.clusterArn',
    'an MSK cluster',
  ]),
  rejects(
    'the ARN of a user',
    by({
      mode: 'iam',
      iam: { ...iam, rolePattern: 'arn:aws:iam::123456789012:user/{namespace}-{microservice}' },
    }),
    ['spec.principals.iam.rolePattern', 'the ARN of a role'],
  ),
  rejects(
    'one role for all services',
    by({ mode: 'iam', iam: { ...iam, rolePattern: 'arn:aws:iam::123456789012:role/{namespace}' } }),
    ['spec.principals.iam.rolePattern', 'a role of its own'],
  ),
  rejects('an audience with a space', by({ mode: 'iam', iam: { ...iam, audience: 'a b' } }), [
    'spec.principals.iam.audience',
    'trust policy',
  ]),
];

const rule = { namespaces: {}, topics: ['orders.*'], allow: ['publish'] };
const granted = (fields: Spec): Spec => ({ access: [{ ...rule, ...fields }] });
const expressed = (expression: Spec): Spec => granted({ namespaces: { matchExpressions: [expression] } });
const expression = 'spec.access[0].namespaces.matchExpressions[0]';

const granting: readonly Case[] = [
  accepts('whole topics', {
    topics: {
      create: true,
      partitions: 6,
      replicationFactor: 3,
      config: { 'min.insync.replicas': '2', 'cleanup.policy': 'compact' },
    },
  }),
  rejects('no partitions', { topics: { partitions: 0 } }, ['spec.topics.partitions']),
  rejects('no copies', { topics: { replicationFactor: 0 } }, ['spec.topics.replicationFactor']),
  rejects('a setting that is a number', { topics: { config: { 'retention.ms': 1 } } }, [
    'spec.topics.config.retention.ms',
  ]),
  rejects('a setting with a line break', { topics: { config: { 'a\nb': '1' } } }, [
    'spec.topics.config',
    'the name of a topic setting',
  ]),
  rejects('33 settings', { topics: { config: Object.fromEntries(many(33, (i) => [`a.${long(i + 1)}`, '1'])) } }, [
    'spec.topics.config',
  ]),
  accepts('a rule for labelled namespaces', granted({ namespaces: { matchLabels: { team: 'shop' } } })),
  accepts('a rule for a label with a tricky name', granted({ namespaces: { matchLabels: { constructor: 'x' } } })),
  accepts('a rule with groups', granted({ groups: ['legacy-*'], allow: ['publish', 'subscribe'] })),
  accepts('a rule for all topics', granted({ topics: ['*'] })),
  accepts('a rule by expressions', expressed({ key: 'team', operator: 'In', values: ['a', 'b'] })),
  accepts('a rule by a label that must be there', expressed({ key: 'team', operator: 'Exists' })),
  rejects('In without values', expressed({ key: 'team', operator: 'In' }), [`${expression}.values`, 'need values']),
  rejects('Exists with values', expressed({ key: 'team', operator: 'Exists', values: ['a'] }), [
    `${expression}.values`,
    'take none',
  ]),
  rejects('an operator that does not exist', expressed({ key: 'team', operator: 'Equals' }), [
    `${expression}.operator`,
  ]),
  rejects('a rule without namespaces', { access: [{ topics: ['a'], allow: ['publish'] }] }, [
    'spec.access[0].namespaces',
    'required',
  ]),
  rejects('a rule without topics', granted({ topics: [] }), ['spec.access[0].topics']),
  rejects('an asterisk inside a topic', granted({ topics: ['orders.*.v1'] }), [
    'spec.access[0].topics[0]',
    'only at its end',
  ]),
  rejects('an asterisk inside a group', granted({ groups: ['*-legacy'] }), [
    'spec.access[0].groups[0]',
    'only at its end',
  ]),
  rejects('a rule that allows nothing', granted({ allow: [] }), ['spec.access[0].allow']),
  rejects('a right that does not exist', granted({ allow: ['delete'] }), ['spec.access[0].allow[0]']),
  rejects('65 rules', { access: many(65, () => rule) }, ['spec.access']),
];

/** All cases of Brokers. */
export const brokerCases: readonly Case[] = [...reached, ...principals, ...granting];
