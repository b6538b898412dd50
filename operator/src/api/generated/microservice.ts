// Generated from crds/*.yaml by scripts/generate-types.ts: change those.
import type {ObjectMeta} from '../meta.ts';

/**
 * Microservice declares what one service is: its workload, ports, backing services, topics, logs and metrics. Standpipe puts the sidecars and the credentials for it into the service's pods.
 */
export interface Microservice {
  /**
   * The version of this API, standpipe.dev/v1alpha1.
   */
  readonly apiVersion: 'standpipe.dev/v1alpha1';
  /**
   * Microservice.
   */
  readonly kind: 'Microservice';
  readonly metadata: ObjectMeta;
  readonly spec: MicroserviceSpec;
  readonly status?: MicroserviceStatus;
}
/**
 * What the service is. May be left empty: then the Deployment of the same name gets the metrics sidecar.
 */
export interface MicroserviceSpec {
  readonly workload?: MicroserviceWorkload;
  /**
   * The Service that callers use. Default: the Microservice's name. Example: orders
   */
  readonly service?: string;
  /**
   * The ports that the service listens on.
   */
  readonly ports?: readonly MicroservicePort[];
  /**
   * The backing services that the service uses. Each reaches its containers as files under $SERVICE_BINDING_ROOT/<name>/ and, if asked, as environment variables.
   */
  readonly bindings?: readonly MicroserviceBinding[];
  /**
   * The topics that the service writes to. With a principal of its own on the Broker it may write to no others; a credential that is shared is not narrowed.
   */
  readonly publishes?: readonly MicroservicePublish[];
  /**
   * The topics that the service reads. With a principal of its own on the Broker it may read no others; a credential that is shared is not narrowed.
   */
  readonly subscribes?: readonly MicroserviceSubscribe[];
  readonly logging?: MicroserviceLogging;
  readonly metrics: MicroserviceMetrics;
  readonly sidecars?: MicroserviceSidecars;
  readonly rollout: MicroserviceRollout;
}
/**
 * The workload that runs the service. Default: the Deployment with the Microservice's name, all its containers.
 */
export interface MicroserviceWorkload {
  /**
   * The kind of the workload. None: Standpipe marks nothing, and you put the label standpipe.dev/microservice: <name> on the pods (Jobs, Argo Rollouts and other kinds). Default: Deployment. Example: Deployment
   */
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'None';
  /**
   * The name of the workload. Default: the Microservice's name. Example: orders
   */
  readonly name?: string;
  /**
   * The containers that are the service: they get the bindings and their logs are read. Default: all containers of the pod. Example: [app]
   */
  readonly containers?: readonly string[];
}
export interface MicroservicePort {
  /**
   * The port's name. Other fields refer to it, and it becomes the label `port` of the metrics. Example: http
   */
  readonly name: string;
  /**
   * The number that the service listens on and callers reach. Example: 8080
   */
  readonly port: number;
  /**
   * What is spoken on the port. http is HTTP/1.x, h2c and WebSocket; tcp is counted per connection only.
   */
  readonly protocol: 'http' | 'grpc' | 'tcp';
  /**
   * The environment variable from which the service reads this port. With it the metrics sidecar can take the port over and move the service to another. Example: PORT
   */
  readonly env?: string;
  /**
   * The container that listens on the port. Default: the one that lists the port among its containerPorts, or the only container there is. Example: app
   */
  readonly container?: string;
}
export interface MicroserviceBinding {
  /**
   * The name of the binding, and of its folder under $SERVICE_BINDING_ROOT. Example: events
   */
  readonly name: string;
  /**
   * A Broker (cluster-scoped). The service gets its address and a credential: its own, with just the rights that publishes and subscribes need, or the one that the Broker shares. Example: main
   */
  readonly brokerName?: string;
  readonly microservice?: MicroserviceBindingMicroservice;
  /**
   * A Secret of this namespace that holds the connection's values, one file for each key. Example: orders-db
   */
  readonly secretName?: string;
  readonly service?: MicroserviceBindingService;
  /**
   * The file `type` of the binding, by which libraries recognise it. Default: the Secret's own key `type`. Example: postgresql
   */
  readonly type?: string;
  /**
   * The file `provider` of the binding. Default: the Secret's own key `provider`. Example: bitnami
   */
  readonly provider?: string;
  /**
   * How the values reach the service: files under $SERVICE_BINDING_ROOT/<name>/, or environment variables, or both. Files change in the running pod; a change of a variable needs a restart. Example: [files, env]
   */
  readonly as: readonly ('files' | 'env')[];
}
/**
 * Another Microservice of this namespace. The service gets host, port and uri of its Service.
 */
export interface MicroserviceBindingMicroservice {
  /**
   * The name of the Microservice that is called. Example: billing
   */
  readonly name: string;
  /**
   * The name of one of its ports. Default: its only port, or the one named http. Example: http
   */
  readonly port?: string;
}
/**
 * An object of this namespace that names its Secret in status.binding.name (a Provisioned Service of the Service Binding specification).
 */
export interface MicroserviceBindingService {
  /**
   * The group and version of the object. Example: example.com/v1
   */
  readonly apiVersion: string;
  /**
   * The kind of the object. Example: Redis
   */
  readonly kind: string;
  /**
   * The name of the object. Example: cache
   */
  readonly name: string;
}
export interface MicroservicePublish {
  /**
   * The name of the topic. Example: orders.created
   */
  readonly topic: string;
  /**
   * The binding of the topic's broker. Default: the only binding with a brokerName. Example: events
   */
  readonly binding?: string;
}
export interface MicroserviceSubscribe {
  /**
   * The name of the topic. Example: payments.settled
   */
  readonly topic: string;
  /**
   * The binding of the topic's broker. Default: the only binding with a brokerName. Example: events
   */
  readonly binding?: string;
  /**
   * The consumer group. Groups beginning with <namespace>. are always granted, others by the Broker's access rules. Default: <namespace>.<name>. Example: shop.orders
   */
  readonly group?: string;
  /**
   * Where a group that has no committed position begins: with the oldest record that the topic holds, or with those written from now on.
   */
  readonly start: 'earliest' | 'latest';
  readonly deliver?: MicroserviceSubscribeDeliver;
}
/**
 * Let the sidecar read the topic and POST each record to the service. Without it the service reads the topic by itself, with the credentials of the binding.
 */
export interface MicroserviceSubscribeDeliver {
  /**
   * The name of one of spec.ports. Example: http
   */
  readonly port: string;
  /**
   * The path that records are posted to. Example: /events/payments
   */
  readonly path: string;
  /**
   * What is delivered in order. key: records of one key one after the other, others at the same time. partition: all records of a partition one after the other.
   */
  readonly order: 'key' | 'partition';
  /**
   * At most this many records are with one pod at the same time.
   */
  readonly concurrency: number;
  /**
   * How long the service may take for one record.
   */
  readonly timeout: string;
  /**
   * How often a record is tried again, with growing pauses, before it goes to the dead-letter topic. Without a dead-letter topic it is tried until it is taken.
   */
  readonly retries: number;
  readonly deadLetter?: MicroserviceSubscribeDeliverDeadLetter;
}
/**
 * Where records go that the service refuses or keeps failing on.
 */
export interface MicroserviceSubscribeDeliverDeadLetter {
  /**
   * The name of the topic, on the same broker. The service may write to it. Example: shop.orders.dlq
   */
  readonly topic: string;
}
/**
 * How the service's logs are read and where they go. Left out: no log sidecar. {} means all defaults.
 */
export interface MicroserviceLogging {
  /**
   * Where the logs are. stdout: what the containers print, read from the node's files of this pod. files: the paths in files. auto: files if there are any, else stdout where the namespace permits hostPath volumes, else none. none: no log sidecar.
   */
  readonly source: 'auto' | 'stdout' | 'files' | 'none';
  /**
   * The log files that the service writes. Their folders become volumes that the service and the log sidecar share. The last part may hold an asterisk. Example: [/var/log/orders/*.log]
   */
  readonly files?: readonly string[];
  /**
   * What the lines are. json and logfmt make fields of them; text keeps them whole. auto: json where a line is a JSON object, else text.
   */
  readonly format: 'auto' | 'json' | 'logfmt' | 'text';
  /**
   * Joins the lines of a stack trace of this language to one record.
   */
  readonly multiline: 'none' | 'java' | 'python' | 'go' | 'ruby' | 'node';
  /**
   * The LogSink (cluster-scoped) that gets the logs. Default: the LogSink with default: true. Example: central
   */
  readonly sinkName?: string;
  readonly redact?: MicroserviceLoggingRedact;
  readonly drain: MicroserviceLoggingDrain;
}
/**
 * What is removed from records before they leave the pod.
 */
export interface MicroserviceLoggingRedact {
  /**
   * Fields whose values are removed. A dot reaches into an object. Example: [email, user.phone]
   */
  readonly fields?: readonly string[];
  /**
   * Regular expressions. What matches is replaced in every string of a record. Example: ['[0-9]{13,19}']
   */
  readonly patterns?: readonly string[];
}
/**
 * What happens to the last lines when a pod ends.
 */
export interface MicroserviceLoggingDrain {
  /**
   * How long the log sidecar may take, after the service has ended, to send what was written. It is added to the pod's termination grace period.
   */
  readonly timeout: string;
}
/**
 * How the service's requests are measured and where its metrics are found.
 */
export interface MicroserviceMetrics {
  /**
   * How incoming requests reach the sidecar that counts them. rebind: it takes the declared port, and the service is moved to another by ports[].env. named: it takes over the port's name (Kubernetes 1.33 and later). redirect: by a rule of the pod's network, where the platform allows it. auto: rebind where possible, else none with the reason in the condition InboundTapped. none: nothing is counted.
   */
  readonly inbound: 'auto' | 'rebind' | 'named' | 'redirect' | 'none';
  /**
   * Add one line X-Forwarded-For with the address of the connection's other end to each HTTP/1 request that is followed, after those that the client has written itself. It informs and must not authorize: a client can write such lines too, and can send requests that are not followed. HTTP/2, TLS and upgraded connections get none. Holds for new connections.
   */
  readonly forwardedFor: boolean;
  /**
   * The service's own metrics pages, merged into the page of the sidecar.
   */
  readonly scrape?: readonly MicroserviceMetricsScrape[];
  /**
   * Paths of the service by which its requests are counted: {name} stands for one segment, {name...} at the end for the rest. The first that fits holds. Paths that none fits are made into routes by rules: numbers, UUIDs, hashes and dates become {id} and the like. Example: [/users/{user}/orders, '/files/{path...}']
   */
  readonly routes?: readonly string[];
  /**
   * At most this many series are shown for one pod. What is over is counted in an overflow series, and a metric and standpipe explain name the label that caused it.
   */
  readonly maxSeries: number;
  /**
   * How Prometheus finds the page on port 9470. annotations: prometheus.io/* on the pods. podMonitor: a PodMonitor of the Prometheus operator. none: you do it.
   */
  readonly expose: 'annotations' | 'podMonitor' | 'none';
}
export interface MicroserviceMetricsScrape {
  /**
   * The name of one of spec.ports. Example: http
   */
  readonly port: string;
  /**
   * The path of the page, in the Prometheus text format.
   */
  readonly path: string;
  /**
   * Whether the page is served in the clear or over TLS.
   */
  readonly scheme: 'http' | 'https';
  readonly tls?: MicroserviceMetricsScrapeTls;
}
/**
 * How the certificate of an https page is checked.
 */
export interface MicroserviceMetricsScrapeTls {
  /**
   * The certificates that the page's may be signed by, in PEM. Default: those that Node trusts. They are no secret and stand in the clear.
   */
  readonly caBundle?: string;
  /**
   * The name that the certificate must be for, since the page is asked for at the pod's address. Default: spec.service and the namespace. Example: orders.shop.svc
   */
  readonly serverName?: string;
  /**
   * Take any certificate. Whoever listens on the port may then serve the page.
   */
  readonly skipVerify: boolean;
}
/**
 * Overrides for single sidecars.
 */
export interface MicroserviceSidecars {
  readonly metrics?: MicroserviceSidecarsMetrics;
  readonly logs?: MicroserviceSidecarsLogs;
  readonly pipe?: MicroserviceSidecarsPipe;
}
/**
 * The container standpipe-metrics.
 */
export interface MicroserviceSidecarsMetrics {
  readonly resources?: MicroserviceSidecarsMetricsResources;
}
/**
 * Its requests and limits. What is left out keeps the platform's default.
 */
export interface MicroserviceSidecarsMetricsResources {
  readonly requests?: MicroserviceSidecarsMetricsResourcesRequests;
  readonly limits?: MicroserviceSidecarsMetricsResourcesLimits;
}
/**
 * What is reserved for it.
 */
export interface MicroserviceSidecarsMetricsResourcesRequests {
  /**
   * CPU, in cores or thousandths. Example: 20m
   */
  readonly cpu?: number | string;
  /**
   * Memory, in bytes. Example: 64Mi
   */
  readonly memory?: number | string;
}
/**
 * What it may use at most.
 */
export interface MicroserviceSidecarsMetricsResourcesLimits {
  /**
   * CPU, in cores or thousandths. Example: 200m
   */
  readonly cpu?: number | string;
  /**
   * Memory, in bytes. Example: 128Mi
   */
  readonly memory?: number | string;
}
/**
 * The container standpipe-logs.
 */
export interface MicroserviceSidecarsLogs {
  readonly resources?: MicroserviceSidecarsLogsResources;
}
/**
 * Its requests and limits. What is left out keeps the platform's default.
 */
export interface MicroserviceSidecarsLogsResources {
  readonly requests?: MicroserviceSidecarsLogsResourcesRequests;
  readonly limits?: MicroserviceSidecarsLogsResourcesLimits;
}
/**
 * What is reserved for it.
 */
export interface MicroserviceSidecarsLogsResourcesRequests {
  /**
   * CPU, in cores or thousandths. Example: 20m
   */
  readonly cpu?: number | string;
  /**
   * Memory, in bytes. Example: 64Mi
   */
  readonly memory?: number | string;
}
/**
 * What it may use at most.
 */
export interface MicroserviceSidecarsLogsResourcesLimits {
  /**
   * CPU, in cores or thousandths. Example: 200m
   */
  readonly cpu?: number | string;
  /**
   * Memory, in bytes. Example: 128Mi
   */
  readonly memory?: number | string;
}
/**
 * The container standpipe-pipe.
 */
export interface MicroserviceSidecarsPipe {
  readonly resources?: MicroserviceSidecarsPipeResources;
}
/**
 * Its requests and limits. What is left out keeps the platform's default.
 */
export interface MicroserviceSidecarsPipeResources {
  readonly requests?: MicroserviceSidecarsPipeResourcesRequests;
  readonly limits?: MicroserviceSidecarsPipeResourcesLimits;
}
/**
 * What is reserved for it.
 */
export interface MicroserviceSidecarsPipeResourcesRequests {
  /**
   * CPU, in cores or thousandths. Example: 20m
   */
  readonly cpu?: number | string;
  /**
   * Memory, in bytes. Example: 64Mi
   */
  readonly memory?: number | string;
}
/**
 * What it may use at most.
 */
export interface MicroserviceSidecarsPipeResourcesLimits {
  /**
   * CPU, in cores or thousandths. Example: 200m
   */
  readonly cpu?: number | string;
  /**
   * Memory, in bytes. Example: 128Mi
   */
  readonly memory?: number | string;
}
/**
 * When Standpipe lets the workload replace its pods.
 */
export interface MicroserviceRollout {
  /**
   * auto: a change of this Microservice that needs new pods marks the workload, whose own rolling update replaces them. manual: Standpipe leaves the workload alone; put the label standpipe.dev/microservice on its pod template yourself, and pods get the newest revision when they are created.
   */
  readonly restart: 'auto' | 'manual';
  /**
   * What a rotated credential does. reload: the files change in the running pod, and only bindings with env restart it. restart: always restart.
   */
  readonly onCredentials: 'reload' | 'restart';
}
/**
 * What Standpipe found and did. Written by the controller only.
 */
export interface MicroserviceStatus {
  /**
   * The metadata.generation that this status is about; -1 until the controller has looked at the object.
   */
  readonly observedGeneration?: number;
  /**
   * Ready, Injected, BindingsReady, BrokerReady, LogsReady, InboundTapped and Lagging.
   */
  readonly conditions?: readonly MicroserviceStatusCondition[];
  readonly workload?: MicroserviceStatusWorkload;
  /**
   * The revision that new pods get.
   */
  readonly revision?: string;
  readonly pods?: MicroserviceStatusPods;
  /**
   * The bindings as the pods get them.
   */
  readonly bindings?: readonly MicroserviceStatusBinding[];
  readonly overhead?: MicroserviceStatusOverhead;
  readonly drains?: MicroserviceStatusDrains;
}
export interface MicroserviceStatusCondition {
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
 * The workload that carries the marks.
 */
export interface MicroserviceStatusWorkload {
  /**
   * Its kind.
   */
  readonly kind: string;
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its UID. A workload of the same name with another UID is another workload.
   */
  readonly uid: string;
}
/**
 * The service's pods, counted.
 */
export interface MicroserviceStatusPods {
  /**
   * Pods that the workload wants.
   */
  readonly desired?: number;
  /**
   * Pods that carry the sidecars, of any revision.
   */
  readonly injected?: number;
  /**
   * Injected pods whose revision is not the current one.
   */
  readonly stale?: number;
  /**
   * Pods that should carry the sidecars and do not.
   */
  readonly missing?: number;
  readonly skipped?: MicroserviceStatusPodsSkipped;
}
/**
 * Pods that were not injected, with the reason.
 */
export interface MicroserviceStatusPodsSkipped {
  /**
   * How many.
   */
  readonly count?: number;
  /**
   * Some of them.
   */
  readonly examples?: readonly MicroserviceStatusPodsSkippedExample[];
}
export interface MicroserviceStatusPodsSkippedExample {
  /**
   * The pod's name.
   */
  readonly name: string;
  /**
   * The reason's code.
   */
  readonly reason: string;
}
export interface MicroserviceStatusBinding {
  /**
   * The binding's name.
   */
  readonly name: string;
  /**
   * The Secret that is mounted.
   */
  readonly secretName?: string;
  /**
   * Counts the rotations of the credential.
   */
  readonly generation?: number;
  /**
   * Pods that have not taken up this generation. The previous one is revoked when it is 0.
   */
  readonly podsOnPrevious?: number;
}
/**
 * What the sidecars cost.
 */
export interface MicroserviceStatusOverhead {
  readonly perPod?: MicroserviceStatusOverheadPerPod;
}
/**
 * The sum of the sidecars' requests in one pod.
 */
export interface MicroserviceStatusOverheadPerPod {
  /**
   * CPU, as a quantity.
   */
  readonly cpu?: string;
  /**
   * Memory, as a quantity.
   */
  readonly memory?: string;
}
/**
 * How the log sidecars of ended pods left off.
 */
export interface MicroserviceStatusDrains {
  /**
   * Ended pods whose report was read.
   */
  readonly pods?: number;
  /**
   * Ended pods that were gone before their report could be read.
   */
  readonly unobserved?: number;
  /**
   * Lines that were written and not sent, of all of them together.
   */
  readonly linesLeft?: number;
}
