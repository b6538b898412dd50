// Generated from crds/*.yaml by scripts/generate-types.ts: change those.
import type {ObjectMeta} from '../meta.ts';

/**
 * Broker declares one Kafka cluster, how a service gets a principal on it, and which namespaces may use which of its topics.
 */
export interface Broker {
  /**
   * The version of this API, standpipe.dev/v1alpha1.
   */
  readonly apiVersion: 'standpipe.dev/v1alpha1';
  /**
   * Broker.
   */
  readonly kind: 'Broker';
  readonly metadata: ObjectMeta;
  readonly spec: BrokerSpec;
  readonly status?: BrokerStatus;
}
/**
 * How the Kafka cluster is reached and who may use it.
 */
export interface BrokerSpec {
  readonly kafka: BrokerKafka;
  readonly principals: BrokerPrincipals;
  readonly topics?: BrokerTopics;
  /**
   * Which namespaces may use which topics. Nothing is allowed that no rule allows; consumer groups beginning with the service's own <namespace>. always are.
   */
  readonly access?: readonly BrokerAccess[];
}
/**
 * How the cluster is reached.
 */
export interface BrokerKafka {
  /**
   * The brokers that are asked first, each as host:port. Example: ["b-1.example:9096", "b-2.example:9096"]
   */
  readonly bootstrap: readonly string[];
  /**
   * The protocol of that listener: with or without TLS (ssl), with or without a login (sasl).
   */
  readonly security: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  /**
   * The SASL mechanisms that the listener has enabled, the preferred one first. With both SCRAM mechanisms a rotation keeps one principal with two passwords; with one it alternates between two principals. Amazon MSK has scram-sha-512 only.
   */
  readonly mechanisms: readonly ('scram-sha-512' | 'scram-sha-256' | 'plain')[];
  readonly ca?: BrokerKafkaCa;
}
/**
 * The certificates that sign the brokers' own. They are public and copied to the services. Default: the system's.
 */
export interface BrokerKafkaCa {
  /**
   * A Secret in the operator's namespace. Example: msk-ca
   */
  readonly secretName: string;
  /**
   * Its key, with one or more certificates in PEM.
   */
  readonly key: string;
}
/**
 * How a service gets its own user on the broker. The member named by mode says the rest.
 */
export interface BrokerPrincipals {
  /**
   * managed: Standpipe makes a SCRAM user for each service and keeps its rights. external: the users come from elsewhere, Standpipe checks them and keeps their rights. shared: all services use one existing user. strimzi: a KafkaUser for each service. iam: AWS IAM roles on Amazon MSK. none: no login (development). Example: managed
   */
  readonly mode: 'managed' | 'shared' | 'external' | 'strimzi' | 'iam' | 'none';
  readonly managed?: BrokerPrincipalsManaged;
  readonly shared?: BrokerPrincipalsShared;
  readonly external?: BrokerPrincipalsExternal;
  readonly strimzi?: BrokerPrincipalsStrimzi;
  readonly iam?: BrokerPrincipalsIam;
  readonly none?: BrokerPrincipalsNone;
}
/**
 * SCRAM users made through Kafka's own API. Not for Amazon MSK, which has no such API.
 */
export interface BrokerPrincipalsManaged {
  /**
   * A Secret in the operator's namespace with username, password and, if it is not the first of kafka.mechanisms, mechanism: a user that may ALTER the cluster. Example: main-admin
   */
  readonly adminSecretName: string;
  /**
   * How old a password may become before it is replaced. Default: it is replaced only on demand, by `standpipe rotate`. Example: 720h
   */
  readonly rotateEvery?: string;
}
/**
 * One existing user for all services that this Broker grants access.
 */
export interface BrokerPrincipalsShared {
  /**
   * A Secret in the operator's namespace with username, password and, if it is not the first of kafka.mechanisms, mechanism. It is copied to the services. Example: main-shared
   */
  readonly secretName: string;
}
/**
 * Users that come from elsewhere, for example Amazon MSK's from AWS Secrets Manager by External Secrets. Each service's own Secret stands in its namespace.
 */
export interface BrokerPrincipalsExternal {
  /**
   * The name of the Secret, with {microservice}, {binding} and {broker} for the names. It holds username, password and, if it is not the first of kafka.mechanisms, mechanism. Example: {microservice}-kafka
   */
  readonly secretNamePattern: string;
  /**
   * A Secret in the operator's namespace with the user that keeps the rights. Default: Standpipe keeps none, and `standpipe explain` prints what each service needs. Example: main-admin
   */
  readonly adminSecretName?: string;
}
/**
 * A KafkaUser of the Strimzi operator for each service; its Secret is followed.
 */
export interface BrokerPrincipalsStrimzi {
  /**
   * The namespace that Strimzi's user operator watches. The KafkaUsers are written there, and only their own Secrets are read there. Example: kafka
   */
  readonly namespace: string;
  /**
   * The name of the Kafka object there. Example: main
   */
  readonly cluster: string;
  /**
   * How the users log in. It must fit the listener in kafka.bootstrap.
   */
  readonly authentication: 'scram-sha-512' | 'tls';
}
/**
 * AWS IAM on Amazon MSK. No secret value: the service gets the region, its role and a projected token. `standpipe explain` prints the policy that each role needs.
 */
export interface BrokerPrincipalsIam {
  /**
   * The region of the cluster. Example: eu-west-1
   */
  readonly region: string;
  /**
   * The ARN of the cluster. The policies are derived from it. Example: arn:aws:kafka:eu-west-1:123456789012:cluster/main/0f5c7d1e-aaaa-bbbb-cccc-0123456789ab-2
   */
  readonly clusterArn: string;
  /**
   * The ARN of each service's role, with {namespace} and {microservice} for the names. The role must trust the cluster's OIDC provider. Example: arn:aws:iam::123456789012:role/{namespace}-{microservice}
   */
  readonly rolePattern: string;
  /**
   * The audience of the projected token.
   */
  readonly audience: string;
}
/**
 * No login at all, for development. Has no fields.
 */
export interface BrokerPrincipalsNone {}
/**
 * What Standpipe does about the topics that services declare. Left out: nothing.
 */
export interface BrokerTopics {
  /**
   * Create declared topics that do not exist. Topics are never changed and never deleted.
   */
  readonly create: boolean;
  /**
   * The partitions of a created topic. Default: the broker's. Example: 6
   */
  readonly partitions?: number;
  /**
   * The copies of a created topic. Default: the broker's. Example: 3
   */
  readonly replicationFactor?: number;
  /**
   * Settings of a created topic. Values are strings, as Kafka keeps them. Example: {min.insync.replicas: "2"}
   */
  readonly config?: {
    readonly [k: string]: string;
  };
}
export interface BrokerAccess {
  readonly namespaces: BrokerAccessNamespaces;
  /**
   * Names of topics; an asterisk at the end stands for any rest. Example: ["orders.*", payments.settled]
   */
  readonly topics: readonly string[];
  /**
   * Consumer groups that may be used besides those beginning with <namespace>. ; an asterisk at the end stands for any rest. Example: [legacy-orders]
   */
  readonly groups?: readonly string[];
  /**
   * What is allowed. Example: [publish, subscribe]
   */
  readonly allow: readonly ('publish' | 'subscribe')[];
}
/**
 * The namespaces, by their labels. {} means all. A single one is matchLabels: {kubernetes.io/metadata.name: <name>}.
 */
export interface BrokerAccessNamespaces {
  /**
   * Labels that a namespace must have. Example: {team: shop}
   */
  readonly matchLabels?: {
    readonly [k: string]: string;
  };
  /**
   * Conditions on labels that must all hold.
   */
  readonly matchExpressions?: readonly BrokerAccessNamespacesMatchExpression[];
}
export interface BrokerAccessNamespacesMatchExpression {
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
 * What Standpipe found. Written by the controller only.
 */
export interface BrokerStatus {
  /**
   * The metadata.generation that this status is about; -1 until the controller has looked at the object.
   */
  readonly observedGeneration?: number;
  /**
   * Ready: the broker answers, and its principals can be kept.
   */
  readonly conditions?: readonly BrokerStatusCondition[];
  readonly users?: BrokerStatusUsers;
}
export interface BrokerStatusCondition {
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
 * The Microservices that use it.
 */
export interface BrokerStatusUsers {
  /**
   * How many.
   */
  readonly count?: number;
  /**
   * Some of them.
   */
  readonly examples?: readonly BrokerStatusUsersExample[];
}
export interface BrokerStatusUsersExample {
  /**
   * The Microservice's namespace.
   */
  readonly namespace: string;
  /**
   * The Microservice's name.
   */
  readonly name: string;
}
