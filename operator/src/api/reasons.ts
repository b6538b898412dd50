/**
 * The one table of reason codes. A code feeds the condition, the Event, the metric label, the log line, the command
 * line and docs/reference/reasons.md; a test holds the table and that page together.
 */

interface ReasonEntry {
  /** `skip`: a pod is admitted as it is. `tap`: why inbound traffic is or is not tapped. `state`: a condition of an object. */
  readonly kind: 'skip' | 'tap' | 'state';
  /** What it means and what to do, for people. One sentence or two. */
  readonly text: string;
}

export const reasons = {
  // Pods that are admitted as they are.
  NotMarked: { kind: 'skip', text: 'The pod has no label standpipe.dev/microservice.' },
  OptedOut: { kind: 'skip', text: 'The annotation standpipe.dev/inject: "false" opts the pod out.' },
  HostNetwork: {
    kind: 'skip',
    text: 'The pod uses the network of its node, where the ports of sidecars would clash with other pods.',
  },
  Windows: { kind: 'skip', text: 'The pod runs on Windows; the sidecars are Linux containers.' },
  MirrorPod: { kind: 'skip', text: "The pod mirrors a static pod of its node's kubelet, which cannot be changed." },
  VirtualNode: {
    kind: 'skip',
    text: 'The pod runs on a virtual node, which has no log directory to mount; set logging.source to files or none.',
  },
  NameTaken: {
    kind: 'skip',
    text: 'The pod has a container, volume or mount with a name or path that Standpipe needs, or a log directory that is mounted with subPathExpr; rename or move it.',
  },
  PortTaken: {
    kind: 'skip',
    text: 'A container of the pod lists a port from 9470 to 9479, which the sidecars need: let it listen on another.',
  },
  PlanMissing: {
    kind: 'skip',
    text: 'There is no stored Plan of that Microservice and revision; look at the conditions of the Microservice.',
  },
  WrongPod: {
    kind: 'skip',
    text: 'The Plan names containers that the pod does not have; correct workload.containers or ports[].container.',
  },

  // Inbound traffic.
  Tapped: { kind: 'tap', text: 'Every declared port is tapped.' },
  TapOff: { kind: 'tap', text: 'metrics.inbound is none.' },
  NoPorts: { kind: 'tap', text: 'Inbound traffic is not counted: declare the ports of the service in spec.ports.' },
  PortEnvUnknown: {
    kind: 'tap',
    text: 'Nothing says how the app learns its port: set ports[].env to the variable that it reads its port from.',
  },
  PortEnvNotLiteral: {
    kind: 'tap',
    text: 'The variable of the port is not a literal value, so the app cannot be moved: give it a literal value.',
  },
  PortEnvDiffers: {
    kind: 'tap',
    text: 'The variable of the port holds another number than the declared port: make the two equal.',
  },
  PortEnvShared: {
    kind: 'tap',
    text: 'Another value of the container is made from $(PORT), which would move too: set ports[].env to PORT if that is right.',
  },
  PortPrivileged: {
    kind: 'tap',
    text: 'The port is below 1024, where only root may listen, and the sidecar is not root: use a higher port.',
  },
  ContainerUnclear: {
    kind: 'tap',
    text: 'It is not clear which of the containers has the port: set ports[].container to one that is no init container.',
  },

  PortNameMissing: {
    kind: 'tap',
    text: 'metrics.inbound named needs a name to take over: name the port in the container, and send Services there by that name.',
  },
  NamedPortsTooOld: {
    kind: 'tap',
    text: 'Services find the named ports of sidecars from Kubernetes 1.33 on: use metrics.inbound rebind, or upgrade the cluster.',
  },
  PolicyByNumber: {
    kind: 'tap',
    text: 'A NetworkPolicy of the namespace allows the port by its number and would stop callers of the tap: name the port in the policy.',
  },
  RedirectNotPermitted: {
    kind: 'tap',
    text: 'metrics.inbound redirect needs metrics.redirectImage in the settings and a namespace that permits NET_ADMIN (Pod Security privileged).',
  },
  ServiceByNumber: {
    kind: 'tap',
    text: "A Service sends callers to the app's port by its number, and so past the tap: set its targetPort to the port's name.",
  },
  TapTakenBack: {
    kind: 'tap',
    text: 'The app failed with the tap and is served without it: check that it listens on the port of ports[].env.',
  },

  // Microservices.
  Ready: { kind: 'state', text: 'Everything that was declared is in place.' },
  Invalid: { kind: 'state', text: 'The declaration contradicts itself or the cluster; nothing that runs was changed.' },
  Injected: { kind: 'state', text: 'Every pod of the workload carries the current revision.' },
  RollingOut: { kind: 'state', text: 'The workload is replacing its pods.' },
  RestartManual: {
    kind: 'state',
    text: 'rollout.restart is manual: the workload is left alone. Put the label standpipe.dev/microservice on its pod template; pods get the newest revision when they are created.',
  },
  PodsSkipped: { kind: 'state', text: 'Some pods were admitted as they are; status.pods.skipped has the reasons.' },
  NoWorkload: {
    kind: 'state',
    text: 'workload.kind is None: pods that carry the label are injected when they are created.',
  },
  PlatformStale: {
    kind: 'state',
    text: 'Pods run with sidecars of earlier platform settings; they take the new ones at the next change, or in waves.',
  },
  RolloutPaused: { kind: 'state', text: 'The Deployment is paused: its pods get the sidecars when it is resumed.' },
  RolloutPartitioned: {
    kind: 'state',
    text: 'The StatefulSet has a partition: pods below it keep what they have until it is lowered.',
  },
  RolloutOnDelete: {
    kind: 'state',
    text: 'The update strategy is OnDelete: pods get the sidecars when you delete them.',
  },
  PodsStayBare: {
    kind: 'state',
    text: 'Pods came up without sidecars again after the workload was rolled for that, once: see why the webhook is not asked in this namespace, then restart the workload.',
  },
  AdmissionRefused: {
    kind: 'state',
    text: 'The API server refuses the pods with their sidecars, so the marks were taken back; the message has its answer.',
  },
  SidecarsFailing: {
    kind: 'state',
    text: 'A sidecar does not run, so its pod is not ready and its Services do not lead to it.',
  },
  SidecarNotWorking: {
    kind: 'state',
    text: 'The metrics sidecar of a first injected pod reports that it does not work; after a minute the marks are taken back.',
  },
  AppFailedAfterInjection: {
    kind: 'state',
    text: 'The app failed in its first injected pods, so the marks were taken back; the message has the evidence.',
  },
  TemplateContested: {
    kind: 'state',
    text: 'Somebody keeps removing the marks from the pod template and is not fought; change the Microservice to try again.',
  },
  WebhookNotWorking: {
    kind: 'state',
    text: 'A trial pod came back uninjected, so no workload is marked until the webhook answers; look at standpipe-webhook.',
  },
  ProvingSidecarImage: {
    kind: 'state',
    text: 'A trial pod pulls the image of the sidecars, before the first workload is marked with it.',
  },
  SidecarImageNotProven: {
    kind: 'state',
    text: 'No trial pod has started with the image of the sidecars, so no workload is marked with it: correct the image or the pull secrets in the settings, or set canary.image to false.',
  },
  KubernetesTooOld: { kind: 'state', text: 'Native sidecars need Kubernetes 1.29 or later.' },
  WorkloadNotFound: { kind: 'state', text: 'The workload that the Microservice names does not exist.' },
  WorkloadTaken: { kind: 'state', text: 'An older Microservice names the same workload.' },
  ContainerNotFound: { kind: 'state', text: 'A container that the Microservice names is not in the pod template.' },
  PortNotInPod: { kind: 'state', text: 'No container of the pod template has the declared port.' },
  BindingsReady: { kind: 'state', text: 'Every binding has its Secret.' },
  NoBindings: { kind: 'state', text: 'No binding is declared.' },
  BrokerNotFound: { kind: 'state', text: 'The Broker that a binding names does not exist.' },
  BrokerNotUsable: { kind: 'state', text: 'The Broker that a binding names is not ready; its own status says why.' },
  BrokerNotGranted: { kind: 'state', text: 'No access rule of the Broker is for this namespace.' },
  TopicNotGranted: { kind: 'state', text: 'No access rule of the Broker grants the topic to this namespace.' },
  MicroserviceNotFound: {
    kind: 'state',
    text: 'The Microservice that a binding names does not exist in the namespace.',
  },
  ServiceNotFound: {
    kind: 'state',
    text: 'The Service of a bound Microservice does not exist or does not lead to the port.',
  },
  PortNotFound: { kind: 'state', text: 'The named port is not declared in spec.ports.' },
  SecretNotFound: { kind: 'state', text: 'A Secret that is needed does not exist or lacks a key.' },
  PodMonitorMissing: {
    kind: 'state',
    text: 'metrics.expose is podMonitor and the cluster has no such kind: install the Prometheus operator, or use annotations.',
  },
  SecretNotOurs: {
    kind: 'state',
    text: 'An object with the name that Standpipe needs exists and belongs to somebody else; it is left alone.',
  },
  Forbidden: {
    kind: 'state',
    text: 'The API server forbids the controller something that it needs; the message has the verb and the kind.',
  },
  BrokerReady: { kind: 'state', text: 'Every Broker in use is ready.' },
  NoBroker: { kind: 'state', text: 'No binding to a Broker is declared.' },
  LogsReady: { kind: 'state', text: 'Logs are shipped to the sink.' },
  LogsOff: { kind: 'state', text: 'logging.source is none.' },
  LogsDisabled: { kind: 'state', text: "The platform's settings turn the logs sidecar off." },
  HostPathNotPermitted: {
    kind: 'state',
    text: 'The namespace does not permit hostPath volumes, which reading stdout needs: let the app write files and set logging.source to files.',
  },
  SinkNotFound: { kind: 'state', text: 'The LogSink does not exist.' },
  SinkNotGranted: { kind: 'state', text: 'The LogSink is not for this namespace.' },
  SinkNotUsable: {
    kind: 'state',
    text: 'The LogSink is of a kind, or uses a field, that this version does not have yet.',
  },
  NoDefaultSink: { kind: 'state', text: 'No LogSink is marked default: set logging.sinkName.' },
  TwoDefaultSinks: { kind: 'state', text: 'More than one LogSink is marked default, so none is used.' },
  NotImplemented: { kind: 'state', text: 'A declared field is not built in this version; it changes nothing.' },
  DrainIncomplete: { kind: 'state', text: 'A pod ended before all of its lines had been shipped.' },
} as const satisfies Record<string, ReasonEntry>;

/** A code from the table. */
export type Reason = keyof typeof reasons;

type OfKind<K extends ReasonEntry['kind']> = {
  [R in Reason]: (typeof reasons)[R]['kind'] extends K ? R : never;
}[Reason];
/** Why a pod is admitted as it is. */
export type SkipReason = OfKind<'skip'>;
/** Why inbound traffic is or is not tapped. */
export type TapReason = OfKind<'tap'>;
