/** Every name that Standpipe writes into a cluster, in one place: the contract between its parts and with its users. */

/** The server-side apply field manager of the controller. */
export const fieldManager = 'standpipe';

/** Marks: what makes a pod Standpipe's, and which Plan it gets. */
export const microserviceLabel = 'standpipe.dev/microservice';
export const revisionAnnotation = 'standpipe.dev/revision';
/** A further mark, on a template whose pods were bare: the revision and since when, for which the workload was rolled once more. */
export const restartedAnnotation = 'standpipe.dev/restarted-for';
/** `"false"` on a pod or template opts out. */
export const injectAnnotation = 'standpipe.dev/inject';
/** On an injected pod: the record of what was done, as JSON. */
export const injectedAnnotation = 'standpipe.dev/injected';

/** On a stored Plan: how its first rollout went, as JSON. */
export const trialAnnotation = 'standpipe.dev/trial';

/** On generated objects: that they are ours, and whose they are. */
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedBy = 'standpipe';
export const ownerLabel = 'standpipe.dev/owner';

export const metricsContainer = 'standpipe-metrics';
export const logsContainer = 'standpipe-logs';
/** An init container that ends by itself: it leads callers to the tap where metrics.inbound is redirect. */
export const redirectContainer = 'standpipe-redirect';
/** In the order in which they stand in front of the pod's own init containers. */
export const sidecarContainers: readonly string[] = [redirectContainer, logsContainer, metricsContainer];

/** Every volume that injection adds starts with this. */
export const volumePrefix = 'standpipe-';
export const configVolume = 'standpipe-config';
export const logsStateVolume = 'standpipe-logs-state';
export const podLogsVolume = 'standpipe-pod-logs';
export const bindingVolume = (binding: string): string => `standpipe-binding-${binding}`;
export const filesVolume = (index: number): string => `standpipe-files-${index}`;

export const configMount = '/etc/standpipe';
export const logsStateMount = '/var/lib/standpipe';
export const podLogsMount = '/var/log/standpipe-pod';
/** Where bindings appear when the container does not say otherwise (Service Binding specification 1.1, "Workload Projection"). */
export const defaultBindingRoot = '/bindings';

export const metricsPort = 9470;
/** Ports inside the pod that belong to the sidecars of this and of later versions; the app is never moved onto one of them. */
export const sidecarPorts: readonly number[] = [9470, 9471, 9472, 9473, 9474, 9475, 9476, 9477, 9478, 9479];

/** Keys of the ConfigMap. */
export const metricsConfigKey = 'metrics.json';
export const logsConfigKey = 'logs.json';
export const bindingEntryKey = (binding: string, entry: string): string => `binding.${binding}.${entry}`;

/** A Microservice's name has no dot, so these cannot clash between two Microservices. */
export const configMapName = (microservice: string): string => `standpipe.${microservice}`;
export const planName = (microservice: string, revision: string): string => `standpipe.${microservice}.${revision}`;
export const bindingSecretName = (microservice: string, binding: string): string =>
  `standpipe.${microservice}.${binding}`;

/** In the operator's own namespace: the webhook's certificate. */
export const certificateSecret = 'standpipe-webhook-certificate';
/** In the operator's own namespace: the Lease that says which controller leads. */
export const controllerLease = 'standpipe-controller';
/** The MutatingWebhookConfiguration. */
export const webhookConfiguration = 'standpipe';
