// Generated from crds/*.yaml by scripts/generate-types.ts: change those.
import type {ObjectMeta} from '../meta.ts';

/**
 * LogSink declares one place where logs go, and which namespaces may send there.
 */
export interface LogSink {
  /**
   * The version of this API, standpipe.dev/v1alpha1.
   */
  readonly apiVersion: 'standpipe.dev/v1alpha1';
  /**
   * LogSink.
   */
  readonly kind: 'LogSink';
  readonly metadata: ObjectMeta;
  readonly spec: LogSinkSpec;
  readonly status?: LogSinkStatus;
}
/**
 * Where the logs go, how, and from whom. The member named by type says the rest.
 */
export interface LogSinkSpec {
  /**
   * Use this sink where a Microservice names none. Only one LogSink can be it: where two are marked, neither is used.
   */
  readonly default: boolean;
  /**
   * What kind of place it is. Example: opensearch
   */
  readonly type: 'http' | 'opensearch' | 'elasticsearch' | 'loki' | 'kafka' | 'splunk' | 's3' | 'cloudwatch' | 'otlp';
  readonly http?: LogSinkHttp;
  readonly opensearch?: LogSinkOpensearch;
  readonly elasticsearch?: LogSinkElasticsearch;
  readonly loki?: LogSinkLoki;
  readonly kafka?: LogSinkKafka;
  readonly splunk?: LogSinkSplunk;
  readonly s3?: LogSinkS3;
  readonly cloudwatch?: LogSinkCloudwatch;
  readonly otlp?: LogSinkOtlp;
  readonly tls?: LogSinkTls;
  readonly credentials?: LogSinkCredentials;
  readonly namespaces: LogSinkNamespaces;
  readonly buffer: LogSinkBuffer;
}
/**
 * Any server that takes POST requests of JSON lines. credentials may hold username and password, or token for a bearer token.
 */
export interface LogSinkHttp {
  /**
   * The host that the records are sent to. Example: logs.example.com
   */
  readonly host: string;
  /**
   * The port there. Default: 443 with TLS, 80 without.
   */
  readonly port?: number;
  /**
   * The path and query of the requests. Example: /ingest
   */
  readonly path: string;
  /**
   * Further request headers. They are not secret; passwords and tokens go into credentials.
   */
  readonly headers?: readonly LogSinkHttpHeader[];
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
}
export interface LogSinkHttpHeader {
  /**
   * The header's name. Example: X-Tenant
   */
  readonly name: string;
  /**
   * The header's value.
   */
  readonly value: string;
}
/**
 * OpenSearch and Amazon OpenSearch Service. credentials hold username and password, unless aws is given.
 */
export interface LogSinkOpensearch {
  /**
   * The host that the records are sent to. Example: logs.example.com
   */
  readonly host: string;
  /**
   * The port there.
   */
  readonly port: number;
  /**
   * A prefix of the paths, where a proxy needs one. Example: /search
   */
  readonly path?: string;
  /**
   * The index. Records of a day go to <index>-<year>.<month>.<day> where daily is true. Example: logs
   */
  readonly index: string;
  /**
   * One index for each day.
   */
  readonly daily: boolean;
  /**
   * The ingest pipeline that records go through. Example: parse-orders
   */
  readonly pipeline?: string;
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
  readonly aws?: LogSinkOpensearchAws;
}
/**
 * Sign the requests with the AWS identity of the pods.
 */
export interface LogSinkOpensearchAws {
  /**
   * The region of the domain. Example: eu-west-1
   */
  readonly region: string;
  /**
   * es for a domain, aoss for a serverless collection.
   */
  readonly service: 'es' | 'aoss';
  /**
   * The role that the pods assume. Default: the role of the pod's own identity. Example: arn:aws:iam::123456789012:role/logs
   */
  readonly roleArn?: string;
}
/**
 * Elasticsearch. credentials hold username and password, or apiKey.
 */
export interface LogSinkElasticsearch {
  /**
   * The host that the records are sent to. Example: logs.example.com
   */
  readonly host: string;
  /**
   * The port there.
   */
  readonly port: number;
  /**
   * A prefix of the paths, where a proxy needs one. Example: /search
   */
  readonly path?: string;
  /**
   * The index. Records of a day go to <index>-<year>.<month>.<day> where daily is true. Example: logs
   */
  readonly index: string;
  /**
   * One index for each day.
   */
  readonly daily: boolean;
  /**
   * The ingest pipeline that records go through. Example: parse-orders
   */
  readonly pipeline?: string;
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
}
/**
 * Grafana Loki. credentials may hold username and password, or token.
 */
export interface LogSinkLoki {
  /**
   * The host that the records are sent to. Example: logs.example.com
   */
  readonly host: string;
  /**
   * The port there.
   */
  readonly port: number;
  /**
   * The path of the push API.
   */
  readonly path: string;
  /**
   * The tenant, sent as X-Scope-OrgID. Example: shop
   */
  readonly tenant?: string;
  /**
   * Further labels of the streams, with fixed values. namespace, microservice, pod and container are always there. Example: {cluster: eu-1}
   */
  readonly labels?: {
    readonly [k: string]: string;
  };
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
}
/**
 * A Kafka topic. credentials hold username and password.
 */
export interface LogSinkKafka {
  /**
   * The brokers that are asked first, each as host:port. Example: ["b-1.example:9096"]
   */
  readonly bootstrap: readonly string[];
  /**
   * The topic that the records are written to. Example: logs
   */
  readonly topic: string;
  /**
   * The protocol of that listener: with or without TLS (ssl), with or without a login (sasl).
   */
  readonly security: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  /**
   * How the user logs in.
   */
  readonly mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain';
  /**
   * How batches are compressed.
   */
  readonly compress: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
}
/**
 * Splunk's HTTP Event Collector. credentials hold token.
 */
export interface LogSinkSplunk {
  /**
   * The host that the records are sent to. Example: logs.example.com
   */
  readonly host: string;
  /**
   * The port there.
   */
  readonly port: number;
  /**
   * The index. Default: the token's own. Example: main
   */
  readonly index?: string;
  /**
   * The source of the events. Example: orders
   */
  readonly source?: string;
  /**
   * The source type of the events. Example: _json
   */
  readonly sourcetype: string;
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
}
/**
 * Objects in an S3 bucket, as JSON lines. credentials may hold accessKeyId and secretAccessKey.
 */
export interface LogSinkS3 {
  /**
   * The bucket. Example: shop-logs
   */
  readonly bucket: string;
  /**
   * The region of the bucket. Example: eu-west-1
   */
  readonly region: string;
  /**
   * What the keys begin with. Namespace, name, date and pod follow. Example: logs
   */
  readonly prefix?: string;
  /**
   * The host and port of another server that speaks S3. Default: Amazon's. Example: minio.example:9000
   */
  readonly endpoint?: string;
  /**
   * The role that the pods assume. Default: the role of the pod's own identity. Example: arn:aws:iam::123456789012:role/logs
   */
  readonly roleArn?: string;
  /**
   * An object is written at least this often.
   */
  readonly uploadEvery: string;
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
}
/**
 * Amazon CloudWatch Logs. credentials may hold accessKeyId and secretAccessKey.
 */
export interface LogSinkCloudwatch {
  /**
   * The region of the log group. Example: eu-west-1
   */
  readonly region: string;
  /**
   * The log group. Example: /shop/services
   */
  readonly logGroup: string;
  /**
   * What the log streams begin with. Namespace, pod and container follow. Example: prod-
   */
  readonly streamPrefix: string;
  /**
   * Create the log group where it does not exist.
   */
  readonly createGroup: boolean;
  /**
   * How many days a created log group keeps records. Default: for ever. Example: 30
   */
  retentionDays?:
    | 1
    | 3
    | 5
    | 7
    | 14
    | 30
    | 60
    | 90
    | 120
    | 150
    | 180
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653;
  /**
   * The role that the pods assume. Default: the role of the pod's own identity. Example: arn:aws:iam::123456789012:role/logs
   */
  readonly roleArn?: string;
}
/**
 * Any server that takes OpenTelemetry logs over HTTP. credentials may hold username and password, or token.
 */
export interface LogSinkOtlp {
  /**
   * The host that the records are sent to. Example: logs.example.com
   */
  readonly host: string;
  /**
   * The port there.
   */
  readonly port: number;
  /**
   * The path of the requests.
   */
  readonly path: string;
  /**
   * Further request headers. They are not secret; passwords and tokens go into credentials.
   */
  readonly headers?: readonly LogSinkOtlpHeader[];
  /**
   * Whether requests are compressed.
   */
  readonly compress: 'gzip' | 'none';
}
export interface LogSinkOtlpHeader {
  /**
   * The header's name. Example: X-Tenant
   */
  readonly name: string;
  /**
   * The header's value.
   */
  readonly value: string;
}
/**
 * How the connection is secured. Left out: TLS with the system's certificates.
 */
export interface LogSinkTls {
  /**
   * Use TLS. Without it logs and passwords can be read on their way.
   */
  readonly enabled: boolean;
  /**
   * Check the server's certificate.
   */
  readonly verify: boolean;
  readonly ca?: LogSinkTlsCa;
  /**
   * The name in the server's certificate, where it is not the host. Example: logs.internal
   */
  readonly serverName?: string;
  readonly clientCertificate?: LogSinkTlsClientCertificate;
}
/**
 * The certificates that sign the server's own. Default: the system's.
 */
export interface LogSinkTlsCa {
  /**
   * A Secret in the operator's namespace. Example: central-ca
   */
  readonly secretName: string;
  /**
   * Its key, with one or more certificates in PEM.
   */
  readonly key: string;
}
/**
 * The certificate that the pods show to the server.
 */
export interface LogSinkTlsClientCertificate {
  /**
   * A Secret of type kubernetes.io/tls in the operator's namespace. Example: central-client
   */
  readonly secretName: string;
}
/**
 * The login at the sink. Which keys are read is said at each type.
 */
export interface LogSinkCredentials {
  /**
   * A Secret in the operator's namespace. Example: central-login
   */
  readonly secretName: string;
}
/**
 * The namespaces that may send here, by their labels. Default: all.
 */
export interface LogSinkNamespaces {
  /**
   * Labels that a namespace must have. Example: {team: shop}
   */
  readonly matchLabels?: {
    readonly [k: string]: string;
  };
  /**
   * Conditions on labels that must all hold.
   */
  readonly matchExpressions?: readonly LogSinkNamespacesMatchExpression[];
}
export interface LogSinkNamespacesMatchExpression {
  /**
   * The label's key.
   */
  readonly key: string;
  /**
   * What is asked of it.
   */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * The values, for In and NotIn.
   */
  readonly values?: readonly string[];
}
/**
 * What each pod keeps on its disk while the sink cannot take it.
 */
export interface LogSinkBuffer {
  /**
   * How much is kept.
   */
  readonly size: string;
  /**
   * block: reading stops, and the log files hold what is to come for as long as the node keeps them. dropOldest: the oldest records are given up and counted.
   */
  readonly whenFull: 'block' | 'dropOldest';
}
/**
 * What Standpipe found. Written by the controller only.
 */
export interface LogSinkStatus {
  /**
   * The metadata.generation that this status is about; -1 until the controller has looked at the object.
   */
  readonly observedGeneration?: number;
  /**
   * Ready: the sink can be used. DefaultConflict: another LogSink is marked default too.
   */
  readonly conditions?: readonly LogSinkStatusCondition[];
  readonly users?: LogSinkStatusUsers;
}
export interface LogSinkStatusCondition {
  /**
   * What the condition is about.
   */
  readonly type: string;
  /**
   * Whether it holds.
   */
  readonly status: 'True' | 'False' | 'Unknown';
  /**
   * The metadata.generation that the condition was computed from.
   */
  readonly observedGeneration?: number;
  /**
   * When the status last changed.
   */
  readonly lastTransitionTime: string;
  /**
   * Why, in one word. The reasons are listed in the reference.
   */
  readonly reason: string;
  /**
   * Why, and what to do, in a sentence.
   */
  readonly message: string;
}
/**
 * The Microservices whose logs it gets.
 */
export interface LogSinkStatusUsers {
  /**
   * How many.
   */
  readonly count?: number;
  /**
   * Some of them.
   */
  readonly examples?: readonly LogSinkStatusUsersExample[];
}
export interface LogSinkStatusUsersExample {
  /**
   * The Microservice's namespace.
   */
  readonly namespace: string;
  /**
   * The Microservice's name.
   */
  readonly name: string;
}
