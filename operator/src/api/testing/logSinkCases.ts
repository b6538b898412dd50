import { type Case, caseMaker, expansion, long, many, type Spec } from './cases.ts';

const { accepts, rejects, named, whole } = caseMaker('LogSink', { type: 'http', http: { host: 'logs.example.com' } });

const host = { host: 'logs.example.com' };
const credentials = { secretName: 'central-login' };

/** The least that the member of each type needs. */
const least: Readonly<Record<string, Spec>> = {
  http: host,
  opensearch: host,
  elasticsearch: host,
  loki: host,
  kafka: { bootstrap: ['b-1.example:9096'], topic: 'logs' },
  splunk: host,
  s3: { bucket: 'shop-logs', region: 'eu-west-1' },
  cloudwatch: { region: 'eu-west-1', logGroup: '/shop/services' },
  otlp: host,
};
const types = Object.keys(least);

/** A spec of one type, with fields of its member. */
const sink = (type: string, fields: Spec = {}): Spec => ({
  http: undefined,
  type,
  credentials,
  [type]: { ...least[type], ...fields },
});

const typed: readonly Case[] = [
  ...types.map((type) => accepts(`the least of ${type}`, sink(type))),
  ...types.map((type) =>
    rejects(`${type} without its member`, { http: undefined, type, credentials }, [
      `spec.${type}`,
      `type: ${type} and the member ${type} belong together`,
    ]),
  ),
  rejects('two members', { ...sink('loki'), http: host }, ['spec.http', 'belong together']),
  rejects('a type that does not exist', { http: undefined, type: 'file' }, ['spec.type']),
  rejects('raw settings of Fluent Bit', { ...sink('http'), outputs: '[OUTPUT]' }, ['spec.outputs', 'unknown field']),
  named('a name with a dot', 'central.eu', ['metadata.name', 'becomes part of other names']),
  named('a name of 64 characters', long(64), ['metadata.name']),
  whole('an object without a spec', {}, ['spec', 'required']),
  whole('an empty spec', { spec: {} }, ['spec.type', 'required']),
];

const header = (name: string, value = 'x'): Spec => sink('http', { headers: [{ name, value }] });
const hosts = ['http', 'opensearch', 'elasticsearch', 'loki', 'splunk', 'otlp'];
const paths = ['http', 'opensearch', 'elasticsearch', 'loki', 'otlp'];
const indexed = ['opensearch', 'elasticsearch'];

const web: readonly Case[] = [
  accepts(
    'whole http',
    sink('http', {
      port: 8443,
      path: '/ingest?tenant=a',
      headers: [{ name: 'X-Tenant', value: 'shop team' }],
      compress: 'none',
    }),
  ),
  ...hosts.map((type) =>
    rejects(`a host of ${type} with a scheme`, sink(type, { host: 'https://logs.example.com' }), [
      `spec.${type}.host`,
      'without scheme',
    ]),
  ),
  accepts('an address as a host', sink('http', { host: '[fd00::1]' })),
  rejects('a host that Fluent Bit would expand', sink('http', { host: expansion('HOST') }), ['spec.http.host']),
  rejects('a host with a line break', sink('http', { host: 'a\r\nb' }), ['spec.http.host']),
  ...paths.map((type) =>
    rejects(`a path of ${type} that Fluent Bit would expand`, sink(type, { path: `/${expansion('TOKEN')}` }), [
      `spec.${type}.path`,
      'the path of a URL',
    ]),
  ),
  rejects('port 65536', sink('http', { port: 65536 }), ['spec.http.port']),
  rejects('a compression that does not exist', sink('http', { compress: 'br' }), ['spec.http.compress']),
  rejects('a header with a colon', header('X-A: b'), ['spec.http.headers[0].name', 'the name of a header']),
  rejects('a header with a line break', header('X-A', 'a\r\nX-B: c'), [
    'spec.http.headers[0].value',
    'must not contain ${',
  ]),
  rejects('a header that Fluent Bit would expand', header('X-A', expansion('TOKEN')), ['spec.http.headers[0].value']),
  rejects('a header that is a password', header('Authorization'), ['spec.http.headers[0].name', 'into credentials']),
  rejects('a header twice', sink('http', { headers: many(2, () => ({ name: 'X-A', value: 'a' })) }), [
    'spec.http.headers[1]',
  ]),
  accepts(
    'whole OpenTelemetry',
    sink('otlp', { port: 4318, path: '/v1/logs', compress: 'gzip', headers: [{ name: 'X-A', value: 'b' }] }),
  ),
  rejects('an OpenTelemetry header with a space', sink('otlp', { headers: [{ name: 'a b', value: 'b' }] }), [
    'spec.otlp.headers[0].name',
    'the name of a header',
  ]),
  rejects('an OpenTelemetry header that is set', sink('otlp', { headers: [{ name: 'Host', value: 'b' }] }), [
    'spec.otlp.headers[0].name',
    'set by Fluent Bit',
  ]),
  rejects('an OpenTelemetry header with NUL', sink('otlp', { headers: [{ name: 'X-A', value: '\u0000' }] }), [
    'spec.otlp.headers[0].value',
    'must not contain ${',
  ]),
];

const role = 'arn:aws:iam::123456789012:role/logs';
const aws = (fields: Spec): Spec => sink('opensearch', { aws: { region: 'eu-west-1', ...fields } });

const stores: readonly Case[] = [
  ...indexed.map((type) =>
    accepts(
      `whole ${type}`,
      sink(type, { port: 443, path: '/es', index: 'logs-a', daily: false, pipeline: 'p', compress: 'none' }),
    ),
  ),
  ...indexed.map((type) =>
    rejects(`an index of ${type} with capitals`, sink(type, { index: 'Logs' }), [
      `spec.${type}.index`,
      'name of an index',
    ]),
  ),
  ...indexed.map((type) =>
    rejects(`a pipeline of ${type} with a slash`, sink(type, { pipeline: 'a/b' }), [`spec.${type}.pipeline`]),
  ),
  accepts('signed OpenSearch', { ...aws({ service: 'aoss', roleArn: role }), credentials: undefined }),
  rejects('a region of OpenSearch that is a host', aws({ region: 'eu.example' }), [
    'spec.opensearch.aws.region',
    'an AWS region',
  ]),
  rejects('a role of OpenSearch that is a user', aws({ roleArn: 'arn:aws:iam::123456789012:user/logs' }), [
    'spec.opensearch.aws.roleArn',
    'the ARN of a role',
  ]),
  accepts(
    'whole Loki',
    sink('loki', { port: 443, path: '/push', compress: 'none', tenant: 'shop', labels: { cluster: 'eu-1' } }),
  ),
  rejects('a tenant with a space', sink('loki', { tenant: 'a b' }), ['spec.loki.tenant', 'a tenant of']),
  rejects('a label with a hyphen', sink('loki', { labels: { 'a-b': 'c' } }), ['spec.loki.labels', 'name of a label']),
  rejects("a label of Standpipe's", sink('loki', { labels: { pod: 'c' } }), ['spec.loki.labels', 'set by Standpipe']),
  rejects('a label that Fluent Bit would expand', sink('loki', { labels: { a: expansion('B') } }), [
    'spec.loki.labels',
    'a value must be',
  ]),
  rejects('13 labels', sink('loki', { labels: Object.fromEntries(many(13, (i) => [`l${i}`, 'a'])) }), [
    'spec.loki.labels',
  ]),
  accepts(
    'whole Splunk',
    sink('splunk', { port: 8088, index: 'main', source: 'a b', sourcetype: '_json', compress: 'none' }),
  ),
  rejects('an index of Splunk with capitals', sink('splunk', { index: 'Main' }), ['spec.splunk.index']),
  rejects('a source that Fluent Bit would expand', sink('splunk', { source: expansion('A') }), [
    'spec.splunk.source',
    'must not contain ${',
  ]),
  rejects('a source type with a line break', sink('splunk', { sourcetype: 'a\nb' }), [
    'spec.splunk.sourcetype',
    'must not contain ${',
  ]),
  rejects('Splunk without a token', { ...sink('splunk'), credentials: undefined }, [
    'spec.credentials',
    'asks for a login',
  ]),
];

const clouds: readonly Case[] = [
  accepts(
    'whole S3',
    sink('s3', {
      prefix: 'logs/prod',
      endpoint: 'minio.example:9000',
      roleArn: role,
      uploadEvery: '5m',
      compress: 'gzip',
    }),
  ),
  rejects('a bucket with capitals', sink('s3', { bucket: 'Shop' }), ['spec.s3.bucket', 'name of a bucket']),
  rejects('a region of S3 that is a zone', sink('s3', { region: 'eu-west-1a' }), ['spec.s3.region', 'an AWS region']),
  rejects('a prefix that Fluent Bit would expand', sink('s3', { prefix: '$TAG/a' }), [
    'spec.s3.prefix',
    'must be parts',
  ]),
  rejects('an endpoint with a scheme', sink('s3', { endpoint: 'http://minio' }), [
    'spec.s3.endpoint',
    'without a scheme',
  ]),
  rejects('an endpoint with port 99999', sink('s3', { endpoint: 'minio:99999' }), [
    'spec.s3.endpoint',
    'at most 65535',
  ]),
  rejects('a role of S3 that is a user', sink('s3', { roleArn: 'arn:aws:iam::1:user/a' }), [
    'spec.s3.roleArn',
    'the ARN of a role',
  ]),
  rejects('an upload each second', sink('s3', { uploadEvery: '1s' }), ['spec.s3.uploadEvery', 'from 1m']),
  accepts(
    'whole CloudWatch',
    sink('cloudwatch', { streamPrefix: 'a-', createGroup: true, retentionDays: 30, roleArn: role }),
  ),
  rejects('a region of CloudWatch that is a zone', sink('cloudwatch', { region: 'eu-west-1a' }), [
    'spec.cloudwatch.region',
    'an AWS region',
  ]),
  rejects('a log group with a space', sink('cloudwatch', { logGroup: 'a b' }), [
    'spec.cloudwatch.logGroup',
    'a log group',
  ]),
  rejects('a stream prefix with a colon', sink('cloudwatch', { streamPrefix: 'a:' }), ['spec.cloudwatch.streamPrefix']),
  rejects('a role of CloudWatch that is a user', sink('cloudwatch', { roleArn: 'a' }), [
    'spec.cloudwatch.roleArn',
    'the ARN of a role',
  ]),
  rejects('days that CloudWatch does not know', sink('cloudwatch', { retentionDays: 31 }), [
    'spec.cloudwatch.retentionDays',
  ]),
  accepts('whole Kafka', sink('kafka', { security: 'ssl', mechanism: 'scram-sha-256', compress: 'zstd' })),
  rejects('a Kafka server without a port', sink('kafka', { bootstrap: ['b-1.example'] }), [
    'spec.kafka.bootstrap[0]',
    'a host and a port',
  ]),
  rejects('a Kafka server with port 70000', sink('kafka', { bootstrap: ['b-1.example:70000'] }), [
    'spec.kafka.bootstrap[0]',
    'at most 65535',
  ]),
  rejects('a Kafka topic with a slash', sink('kafka', { topic: 'a/b' }), ['spec.kafka.topic', 'name of a Kafka topic']),
  rejects("a topic of Kafka's own", sink('kafka', { topic: '__logs' }), ['spec.kafka.topic', "Kafka's own"]),
  rejects('Kafka without a login', { ...sink('kafka'), credentials: undefined }, [
    'spec.credentials',
    'asks for a login',
  ]),
  accepts('Kafka that asks for no login', { ...sink('kafka', { security: 'plaintext' }), credentials: undefined }),
  rejects('TLS for Kafka without TLS', { ...sink('kafka', { security: 'plaintext' }), tls: {} }, [
    'spec.tls',
    'contradicts kafka.security',
  ]),
];

const secured = (tls: Spec): Spec => ({ ...sink('http'), tls });

const common: readonly Case[] = [
  accepts(
    'whole TLS',
    secured({
      ca: { secretName: 'ca', key: 'root.pem' },
      serverName: 'logs.internal',
      clientCertificate: { secretName: 'client' },
    }),
  ),
  accepts('no TLS', secured({ enabled: false })),
  accepts('TLS that is not verified', secured({ verify: false })),
  rejects('a CA without TLS', secured({ enabled: false, ca: { secretName: 'ca' } }), ['spec.tls', 'only with TLS']),
  rejects('AWS without TLS', { ...sink('s3'), tls: { enabled: false } }, ['spec.tls', 'reached only with TLS']),
  rejects('a CA in a namespace', secured({ ca: { secretName: 'a/b' } }), [
    'spec.tls.ca.secretName',
    "operator's namespace",
  ]),
  rejects('a CA whose key is a path', secured({ ca: { secretName: 'a', key: '/etc/passwd' } }), [
    'spec.tls.ca.key',
    'a key of the Secret',
  ]),
  rejects('a file as a certificate', secured({ ca: { secretName: 'a', file: '/etc/passwd' } }), [
    'spec.tls.ca.file',
    'unknown field',
  ]),
  rejects('a server name with a port', secured({ serverName: 'a:443' }), ['spec.tls.serverName', 'a host name']),
  rejects('a client certificate in a namespace', secured({ clientCertificate: { secretName: 'a/b' } }), [
    'spec.tls.clientCertificate.secretName',
    "operator's namespace",
  ]),
  rejects('credentials in a namespace', { credentials: { secretName: 'a/b' } }, [
    'spec.credentials.secretName',
    "operator's namespace",
  ]),
  accepts('a buffer that drops', { buffer: { size: '1Gi', whenFull: 'dropOldest' } }),
  rejects('a buffer of bytes', { buffer: { size: '1000' } }, ['spec.buffer.size', 'in Ki, Mi or Gi']),
  rejects('a buffer that does something else', { buffer: { whenFull: 'crash' } }, ['spec.buffer.whenFull']),
  accepts('labelled namespaces', { namespaces: { matchLabels: { team: 'shop' } }, default: true }),
  accepts('namespaces by expressions', {
    namespaces: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['shop'] }] },
  }),
  rejects('In without values', { namespaces: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, [
    'spec.namespaces.matchExpressions[0].values',
    'need values',
  ]),
];

/** All cases of LogSinks. */
export const logSinkCases: readonly Case[] = [...typed, ...web, ...stores, ...clouds, ...common];
